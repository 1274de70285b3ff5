// How much of two texts is the same whatever the order: F1 of words and chrF of characters.
// Pure functions, safe on any thread; time and memory are linear in the texts.
#pragma once

#include <span>
#include <string_view>

namespace understudy {

// The F1 of two bags of words, in [0,1]: 2 * common / (words of both), as SQuAD (Rajpurkar et al.
// 2016) scores answers; without its rules for articles and punctuation. 1 when both are empty.
double TokenF1(std::span<const std::u32string_view> baseline,
               std::span<const std::u32string_view> candidate);

// chrF2 (Popović 2015) as sacreBLEU computes it for a sentence, in [0,1]: n-grams of 1 to 6
// characters without white space, beta 2, no words, no smoothing. The baseline is the reference.
// 1 when neither has a character that counts.
double Chrf(std::u32string_view baseline, std::u32string_view candidate);

}  // namespace understudy
