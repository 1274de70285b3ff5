# The demo's third story, for sourcing: the models of the first one behind gRPC, asked with binary
# tensors.

say "Training on scikit-learn's bundled digits"
"$python" "$parts/train.py" --out "$demo"

say "Starting the gRPC model servers and Understudy"
for model in incumbent:1 good:2 regressed:3; do
  start_model "${model%:*}" serve_grpc.py --model "$demo/${model%:*}.joblib" --version "${model#*:}"
done
await_models grpc_health incumbent good regressed
start_understudy understudy_grpc.yaml incumbent good regressed
inference="$listener (gRPC: inference.GRPCInferenceService)"
say "What a client gets"
"$python" "$parts/ask_grpc.py" "$listener" "$demo/traffic.npz"
start_traffic 80 traffic_grpc.py --answers "$demo/traffic.npz" \
  --version 1=incumbent --version 2=good --version 3=regressed

roll_out digits regressed 1
say "Where does the regressed candidate disagree?"
build/bin/understudyctl divergence list --route digits --candidate regressed --limit 200 -o json \
  | "$python" "$parts/confusions.py"

roll_out digits good 0
