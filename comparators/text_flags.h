// What may be wrong with a text whatever another one says: it is empty, refuses, was cut or is no
// JSON. Pure functions, safe on any thread.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "comparators/document.h"
#include "comparators/path_pattern.h"

namespace understudy {

// How answers that refuse begin, in English; a list of known phrases and no judgement.
std::span<const std::string_view> DefaultRefusalPhrases();

// A phrase or a text as refusals are looked for: case folded, white space collapsed, a typographic
// apostrophe made a plain one.
std::u32string RefusalText(std::string_view utf8);

// Whether `text`, a RefusalText(), begins with one of `phrases`.
bool Refuses(std::u32string_view text, const std::vector<std::u32string>& phrases);

// Whether the text is a JSON object or array, or has one within a fence of three backquotes.
bool HoldsJson(std::string_view text);

// Whether a string at one of `paths` says that a limit ended the answer: "length", "max_tokens",
// "max_output_tokens", in any case.
bool SaysTruncated(const Document& document, const std::vector<PathPattern>& paths);

}  // namespace understudy
