// Formats once a second.
#include "proxy/wire/http_date.h"

#include <fmt/format.h>

#include <string>

namespace understudy {

std::string_view HttpDate(WallTime now) {
  namespace ch = std::chrono;
  static constexpr std::string_view kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::string_view kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  thread_local ch::sys_seconds last{};
  thread_local std::string text;
  const auto second = ch::floor<ch::seconds>(now);
  if (second == last && !text.empty()) return text;
  const auto day = ch::floor<ch::days>(second);
  const ch::year_month_day date(day);
  const ch::hh_mm_ss time(second - day);
  text =
      fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", kDays[ch::weekday(day).c_encoding()],
                  static_cast<unsigned>(date.day()),
                  kMonths[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
                  time.hours().count(), time.minutes().count(), time.seconds().count());
  last = second;
  return text;
}

}  // namespace understudy
