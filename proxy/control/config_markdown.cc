// docs/configuration.md: examples and prose around tables made from the schema.
#include <fmt/format.h>
#include <google/protobuf/descriptor.h>

#include "proxy/control/config_examples.h"
#include "proxy/control/config_schema.h"

namespace understudy {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using Rule = v1::ConfigRule;

constexpr std::string_view kOpening = R"(# Configuration

Understudy reads one YAML file. `understudy check --config FILE` prints everything that is wrong with
it as `file:line:col: message` and exits with 2; `understudy config schema` prints a JSON Schema for
editors. This page is made from the schema, so it says what the reader accepts.

The reader is strict. Unknown and duplicate keys, anchors, aliases, tags, a second document, wrong
types, names of clusters, plans or comparators that do not exist, and values that cannot work are
faults, and all of them are reported at once. A file has at most 1 MiB. A file that is reloaded
(SIGHUP, or `understudyctl config reload`) changes nothing unless it has no fault.
)";

constexpr std::string_view kValues = R"(## Values

* **Durations** are a number and a unit: `250us`, `250ms`, `1.5s`, `10m`, `2h`, `7d`; or `0`.
* **Sizes** are bytes or a number and a unit of 1024: `512`, `64KiB`, `8MiB`, `2GiB`, `1TiB`.
* **Shares** are a fraction or percent: `0.05` or `5%`.
* **Names** have 1 to 64 letters, digits, `-`, `_` or `.`, and begin with a letter or digit.
* **JSON pointers** are RFC 6901's: `/user/id`; `~1` stands for `/` and `~0` for `~` in a key.

After parsing, these are replaced in every value (not in keys):

| written | becomes |
|---|---|
| `${VAR}` | the environment variable; a fault when it is not set |
| `${VAR:-text}` | the variable, or `text` when it is not set or empty |
| `${file:PATH}` | the file without its last line end; at most 64 KiB. A relative path starts at the working directory |
| `$${` | the characters `${` |

Values from outside are never shown in messages. Inside `{...}` and `[...]` YAML needs quotes around
them: `"${VAR}"`.
)";

constexpr std::string_view kRules = R"(## Rules between keys

* Two listeners, or a listener and an admin address, cannot share an address and port. No endpoint may
  be one of the proxy's own listeners.
* A route that an earlier route hides completely is a fault.
* A candidate is neither the incumbent nor the control, and each cluster is a candidate once.
* A route that mirrors must say its `effects`. A `mutating` route is mirrored to clusters with
  `sandboxed: true` alone.
* An `ignore` rule may not cover the whole answer.
* The checks of a plan may name only comparators that every route with that plan has: those under
  `comparators`, or else the preset's own. What each measures and its options are in
  [comparators.md](comparators.md).
* A plug-in's library is loaded when the file is read, by `understudy check`, too, and its comparator's
  name may not be another comparator's. Which libraries are refused, and what a text sent to
  `understudyctl config check` can and cannot tell, is in
  [comparators.md](comparators.md#a-shared-library).
* A comparator service is asked who it is, and whether it takes a route's options, when the file is
  read, by `understudy check`, too. A reload may add, change and take away services.
* A segment names exactly one of `header`, `json` (both with `values`), `body_size` and `length_of`
  (with `lengths`); the edges between bands rise. A route has at most 16 segments of at most 64 values
  and at most 64 `values`, and the checks of its plan may name only those. What checks make of them is
  in [evidence.md](evidence.md).
* A plan with `calibration` is for routes with a `control`.
* `admin.http` is a loopback address. `admin.grpc` may be another one where `admin.tls` is there, and
  `admin.tokens` or `admin.tls.client_ca`. The files they name are looked at when the file is read, by
  `understudy check`, too; [admin-security.md](admin-security.md) says how to make them.

## The built-in plan

A route with candidates but without a plan gets a built-in one, named `builtin-` and the comparator it
looks at: of the preset's own comparators `top1` for `oip-v2` and `json` for `generic-json`; otherwise
the first one configured. In the file it would be

```yaml
name: builtin-top1
stages:
  - {weight: 0, min_samples: 500, min_duration: 30s}
  - {weight: 1%, min_samples: 500, min_duration: 1m, max_duration: 30m}
  - {weight: 10%, min_samples: 1000, min_duration: 1m}
  - {weight: 50%, min_samples: 1000, min_duration: 1m, approval: required}
checks:
  - {name: top1, comparator: top1, at_most: 2%}
  - {name: error-rate, metric: error_rate, at_most_ratio: 1.5, floor: 0.5%}
```

with every other key at its default.
)";

const Rule& RuleOf(const FieldDescriptor& field) { return field.options().GetExtension(v1::rule); }

// "ClusterTimeoutsConfig" → "ClusterTimeouts": a heading and, in lower case, its anchor.
std::string Heading(const Descriptor& type) {
  std::string name = type.name();
  if (const std::size_t at = name.rfind("Config"); at != std::string::npos && at > 0) {
    name.resize(at);
  }
  return &type == v1::ConfigFile::descriptor() ? "File" : name;
}

std::string Link(const Descriptor& type) {
  std::string anchor = Heading(type);
  for (char& c : anchor) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return fmt::format("[{}](#{})", Heading(type), anchor);
}

std::string FormatName(const FieldDescriptor& field, Rule::Format format) {
  if (field.type() == FieldDescriptor::TYPE_BOOL) return "`true` or `false`";
  if (field.type() != FieldDescriptor::TYPE_STRING && !field.is_map()) return "whole number";
  switch (format) {
    case Rule::NAME:
      return "name";
    case Rule::DURATION:
      return "duration";
    case Rule::SIZE:
      return "size";
    case Rule::SHARE:
      return "share";
    case Rule::RATIO:
      return "number";
    case Rule::LISTEN_ADDRESS:
      return "IP address and port";
    case Rule::ENDPOINT:
      return "host and port";
    case Rule::HEADER_NAME:
      return "header name";
    case Rule::HEADER_VALUE:
      return "header value";
    case Rule::METHOD:
      return "method";
    case Rule::PATH:
      return "path";
    case Rule::JSON_POINTER:
      return "JSON pointer";
    case Rule::PATTERN:
      return "JSON pointer, `*`, `**`";
    case Rule::DATE:
      return "day, as `2026-12-31`";
    case Rule::JSON_VALUE:
      return "any value";
    case Rule::JSON_OBJECT:
      return "mapping";
    default:
      return "text";
  }
}

std::string Range(const Rule& rule) {
  std::string range;
  if (!rule.min().empty()) {
    range += fmt::format(", {} {}", rule.above_min() ? "above" : "at least", rule.min());
  }
  if (!rule.max().empty()) {
    range += fmt::format(", {} {}", rule.below_max() ? "below" : "at most", rule.max());
  }
  return range;
}

std::string Takes(const FieldDescriptor& field) {
  const Rule& rule = RuleOf(field);
  std::string one;
  if (field.is_map()) {
    return fmt::format("{} → {}", FormatName(field, rule.key_format()),
                       FormatName(field, rule.format()));
  }
  if (field.message_type() != nullptr) {
    one = Link(*field.message_type());
  } else if (rule.format() == Rule::CHOICE) {
    one = fmt::format("`{}`", fmt::join(rule.choices(), "`, `"));
  } else {
    one = FormatName(field, rule.format()) + Range(rule);
  }
  return field.is_repeated() ? "list of " + one : one;
}

std::string Default(const FieldDescriptor& field) {
  const Rule& rule = RuleOf(field);
  if (rule.required()) return "needed";
  return rule.default_text().empty() ? "" : fmt::format("`{}`", rule.default_text());
}

std::string Section(const Descriptor& type) {
  std::string out =
      fmt::format("### {}\n\n{}\n\n| key | takes | default | meaning |\n|---|---|---|---|\n",
                  Heading(type), type.options().GetExtension(v1::kind).doc());
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    out += fmt::format("| `{}` | {} | {} | {} |\n", field.name(), Takes(field), Default(field),
                       RuleOf(field).doc());
  }
  return out;
}

}  // namespace

std::string ConfigMarkdown() {
  std::string out(kOpening);
  out += fmt::format("\n## The smallest useful file\n\n```yaml\n{}```\n", SmallestConfigExample());
  out += fmt::format("\n## Everything\n\n```yaml\n{}```\n\n", FullConfigExample());
  out += kValues;
  out += "\n## Keys\n";
  for (const Descriptor* type : ConfigMessages()) out += "\n" + Section(*type);
  out += "\n";
  out += kRules;
  return out;
}

}  // namespace understudy
