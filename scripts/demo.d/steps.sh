# Steps of scripts/demo, for sourcing: processes that end with it, Understudy, traffic and rollouts.
# Needs $keep and $parts. Everything it writes is in build/demo.

demo=build/demo
python=build/demo-venv/bin/python
pids=()
names=()
longest_rollout=150  # seconds

say() { printf '\n== %s\n' "$*"; }
die() {
  echo "demo: $*" >&2
  exit 1
}

if [ -e "$demo/pids" ] && kill -0 $(cat "$demo/pids") 2>/dev/null; then
  die "one that was kept is still up; end it first: kill $(tr '\n' ' ' <"$demo/pids")"
fi
mkdir -p "$demo"
rm -rf "$demo/data" "$demo"/*.port
# One thread each: the models are small, and spinning thread pools would only fight for the cores.
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1

# Ends what this run started, by process id, asking first.
stop_all() {
  local pid i
  for ((i = ${#pids[@]} - 1; i >= 0; i--)); do kill -TERM "${pids[i]}" 2>/dev/null || true; done
  for pid in "${pids[@]}"; do
    for _ in $(seq 100); do
      kill -0 "$pid" 2>/dev/null || break
      sleep 0.1
    done
    kill -KILL "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
  pids=()
}
trap stop_all EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# start NAME COMMAND...: in the background, output to build/demo/NAME.log.
start() {
  local name=$1
  shift
  if $keep; then
    setsid "$@" >"$demo/$name.log" 2>&1 </dev/null &
  else
    "$@" >"$demo/$name.log" 2>&1 </dev/null &
  fi
  pids+=($!)
  names+=("$name")
}

# wait_for SECONDS WHAT COMMAND...: until COMMAND succeeds; shows the logs when it does not, in time.
wait_for() {
  local seconds=$1 what=$2 i
  shift 2
  for ((i = 0; i < seconds * 10; i++)); do
    if "$@" >/dev/null 2>&1; then return 0; fi
    for j in "${!pids[@]}"; do
      if ! kill -0 "${pids[j]}" 2>/dev/null; then
        tail -n 20 "$demo/${names[j]}.log" >&2
        die "${names[j]} ended while waiting for $what; its log is $demo/${names[j]}.log"
      fi
    done
    sleep 0.1
  done
  die "$what did not happen within $seconds s; the logs are in $demo"
}

# start_model NAME SCRIPT OPTIONS...: a model server, which writes its port to build/demo/NAME.port.
start_model() {
  local name=$1 script=$2
  shift 2
  start "$name" "$python" "$parts/$script" "$@" --port-file "$demo/$name.port"
}

# http_health PATH ADDRESS: whether that server answers GET PATH with a good status.
http_health() { curl -fsS "http://$2$1"; }

# grpc_health ADDRESS: whether that server's gRPC health check answers.
grpc_health() {
  # An empty message: not compressed, of length 0.
  printf '\0\0\0\0\0' | curl -fsS --http2-prior-knowledge -D - -o /dev/null -H "te: trailers" \
    -H "content-type: application/grpc" --data-binary @- "http://$1/grpc.health.v1.Health/Check" \
    | grep '^grpc-status: 0'
}

# await_models HEALTH NAME...: sets each variable NAME to the address of that model, once the command
# HEALTH finds it well.
await_models() {
  local health=$1 name
  shift
  for name in "$@"; do
    wait_for 30 "the port of $name" test -e "$demo/$name.port"
    printf -v "$name" '127.0.0.1:%s' "$(cat "$demo/$name.port")"
    wait_for 30 "health of $name" $health "${!name}"
  done
}

# start_understudy FILE NAME...: on free ports, with @NAME@ in that configuration replaced by the value
# of the variable `name`. Sets listener, admin_http and UNDERSTUDY_ADDRESS.
start_understudy() {
  local file=$1 name ports edits=()
  shift
  mapfile -t ports < <("$python" "$parts/free_ports.py" 3)
  listener=127.0.0.1:${ports[0]}
  export UNDERSTUDY_ADDRESS=127.0.0.1:${ports[1]}
  admin_http=127.0.0.1:${ports[2]}
  for name in "$@"; do edits+=(-e "s|@${name^^}@|${!name}|"); done
  sed "${edits[@]}" -e "s|@LISTENER@|$listener|" -e "s|@ADMIN_GRPC@|$UNDERSTUDY_ADDRESS|" \
    -e "s|@ADMIN_HTTP@|$admin_http|" -e "s|@DATA_DIR@|$demo/data|" \
    "$parts/$file" >"$demo/understudy.yaml"
  build/bin/understudy check --config "$demo/understudy.yaml"
  start understudy build/bin/understudy run --config "$demo/understudy.yaml"
  wait_for 15 "readiness of understudy" curl -fsS "http://$admin_http/readyz"
}

# start_traffic RATE SCRIPT OPTIONS...: that many requests a second, until end_traffic.
start_traffic() {
  local rate=$1 script=$2
  shift 2
  start traffic "$python" "$parts/$script" --address "$listener" --rate "$rate" --seconds 1800 \
    --summary "$demo/traffic.json" "$@"
  echo "traffic: $rate requests a second to $listener"
}

# roll_out ROUTE CANDIDATE GATE_CODE: one rollout from start to end, its report, the gate's answer.
roll_out() {
  local route=$1 candidate=$2 wanted=$3 code=0
  say "A rollout of the $candidate candidate"
  build/bin/understudyctl rollout create --route "$route" --candidate "$candidate" --start \
    --reason "demo"
  # 0 when it completed, 1 when it was rolled back: the report and the gate tell which.
  build/bin/understudyctl --timeout "${longest_rollout}s" rollout get --route "$route" \
    --candidate "$candidate" --watch || code=$?
  [ "$code" -le 1 ] || die "the rollout did not end within $longest_rollout s (code $code)"
  say "Report on the $candidate candidate ($demo/report-$candidate.md)"
  build/bin/understudyctl report --route "$route" --candidate "$candidate" --format markdown \
    --output "$demo/report-$candidate.md"
  cat "$demo/report-$candidate.md"
  say "May the $candidate candidate be promoted?"
  code=0
  build/bin/understudyctl gate --route "$route" --candidate "$candidate" || code=$?
  echo "exit code of the gate: $code"
  [ "$code" -eq "$wanted" ] || die "the gate's exit code for $candidate is $code, not $wanted"
}

# Everything goes on when the demo ends. Needs $inference, the URL that clients use.
leave_up() {
  printf '%s\n' "${pids[@]}" >"$demo/pids"
  say "Left up, with its traffic for at most half an hour"
  cat <<END
  inference   $inference
  admin       UNDERSTUDY_ADDRESS=$UNDERSTUDY_ADDRESS build/bin/understudyctl rollout list
  metrics     http://$admin_http/metrics
  models      incumbent $incumbent, good $good, regressed $regressed
  stop        kill $(printf '%s ' "${pids[@]}")
END
  pids=()
}

# Ends the traffic, which was started last, and shows what it got.
end_traffic() {
  local code=0
  say "What the clients got"
  kill -TERM "${pids[-1]}"
  wait "${pids[-1]}" || code=$?
  unset 'pids[-1]'
  cat "$demo/traffic.json"
  [ "$code" -eq 0 ] || die "some client got a wrong answer; see $demo/traffic.json"
  echo "every answer was verified: one model's, whole, and the one the request asked for"
}
