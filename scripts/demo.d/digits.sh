# The demo's first story, for sourcing: a model whose training confused threes and eights, and a good
# one, over the Open Inference Protocol.

say "Training on scikit-learn's bundled digits"
"$python" "$parts/train.py" --out "$demo"

say "Starting the model servers and Understudy"
for model in incumbent:1 good:2 regressed:3; do
  start_model "${model%:*}" serve.py --model "$demo/${model%:*}.joblib" --version "${model#*:}"
done
await_models "http_health /v2/health/ready" incumbent good regressed
start_understudy understudy.yaml incumbent good regressed
inference=http://$listener/v2/models/digits/infer
start_traffic 80 traffic.py --answers "$demo/traffic.npz" \
  --version 1=incumbent --version 2=good --version 3=regressed

roll_out digits regressed 1
say "Where does the regressed candidate disagree?"
build/bin/understudyctl divergence list --route digits --candidate regressed --limit 5
build/bin/understudyctl divergence list --route digits --candidate regressed --limit 200 -o json \
  | "$python" "$parts/confusions.py"

roll_out digits good 0
