# The demo's second story, for sourcing: a language model that calls its tools with arguments that are
# no JSON, and one that is the incumbent's, started anew, over the OpenAI protocol.

say "Starting the language models, which learn from licences as they start, and Understudy"
start_model incumbent serve_llm.py --order 5
start_model good serve_llm.py --order 5
start_model regressed serve_llm.py --order 5 --break tool-calls
await_models "http_health /health" incumbent good regressed
start_understudy understudy_llm.yaml incumbent good regressed
inference=http://$listener/v1/chat/completions
say "What a client gets, event by event"
curl -sN --max-time 10 "$inference" -H "content-type: application/json" -d '{"model": "ngram",
  "stream": true, "temperature": 0, "max_tokens": 3, "messages": [{"role": "user", "content": "Hi!"}]}'
start_traffic 40 traffic_llm.py --order 5

roll_out chat regressed 1
say "Where does the regressed candidate disagree?"
build/bin/understudyctl divergence list --route chat --candidate regressed --limit 5
example=$(build/bin/understudyctl divergence list --route chat --candidate regressed -o json \
  | "$python" "$parts/worst_by.py" toolcalls)
build/bin/understudyctl divergence show "$example"

roll_out chat good 0
