// The keys of rules and suggestions.
#include "proxy/control/report_json_rules.h"

#include "proxy/model/topology.h"

namespace understudy {

void WriteRules(JsonWriter& json, const CandidateView& status, WallTime generated_at) {
  json.BeginArray("suppression");
  for (const Suppression& rule : status.suppression) {
    json.BeginObject();
    json.Text("path", rule.path);
    json.Text("reason", rule.reason);
    json.Count("hits", rule.hits);
    json.Count("pairs", rule.pairs);
    json.Number("share", rule.share);
    json.Text("owner", rule.owner);
    rule.expires.empty() ? json.Null("expires") : json.Text("expires", rule.expires);
    json.Boolean("expired", HasExpired(rule.expires, generated_at));
    json.EndObject();
  }
  json.EndArray();
  json.BeginArray("suggestions");
  for (const IgnoreSuggestion& suggestion : status.suggestions) {
    json.BeginObject();
    json.Text("path", suggestion.path);
    json.Number("share", suggestion.share);
    json.Count("pairs", suggestion.pairs);
    json.EndObject();
  }
  json.EndArray();
}

}  // namespace understudy
