"""Seeds of what is read back from disk: rows of control.db as text messages, and the evidence."""

CHECK = 'checks { name: "flips" kind: KIND_COMPARATOR_MEAN comparator: "top1" at_most: 0.02 required: true }'
PLAN = f'''name: "careful" alpha_rollback: 0.01 alpha_promotion: 0.05 {CHECK}
  stages {{ min_samples: 500 min_duration: 30000000000 }}
  stages {{ weight_ppm: 500000 min_coverage: 0.7 approval_required: true {CHECK} }}
  breaker {{ consecutive_failures: 9 error_ratio: 0.25 window: 3000000000 min_requests: 11 }}
  on_fail: ON_FAIL_STEP_DOWN on_inconclusive: ON_INCONCLUSIVE_HOLD min_coverage: 0.9 hash: "0123"'''
ROLLOUT = f'''id: "r-000000000001" route: "digits" incumbent: "v1" candidate: "v2" plan {{ {PLAN} }}
  phase: "RAMPING" stage: 1 weight_ppm: 500000 generation: 4 window: 3 created_at: 100 held_since: 5
  overrides {{ at: 250 actor: "operator:ada" reason: "noise" what: "advance" }}'''

# Name, the target's letter, message, text.
ROWS = [
    ("rollout", b"r", "StoredRollout", ROLLOUT),
    ("rollout-holds", b"r", "StoredRollout", ROLLOUT + " holds: 127"),
    ("rollout-unknown-hold", b"r", "StoredRollout", ROLLOUT + " holds: 128"),
    ("rollout-unknown-phase", b"r", "StoredRollout", ROLLOUT.replace("RAMPING", "FLYING")),
    ("rollout-weight", b"r", "StoredRollout", ROLLOUT.replace("generation", "holds: 1 generation")
     .replace("weight_ppm: 500000 generation", "weight_ppm: 1000001 generation")),
    ("rollout-stage", b"r", "StoredRollout", ROLLOUT.replace("stage: 1", "stage: 3")),
    ("rollout-end", b"r", "StoredRollout", ROLLOUT.replace("RAMPING", "ROLLED_BACK")
     + ' ended_reason: "flips \\377 FAIL"'),
    ("rollout-times", b"r", "StoredRollout", ROLLOUT.replace(
        "created_at: 100", "created_at: -9223372036854775808 stage_held: 9223372036854775807")),
    ("rollout-nan", b"r", "StoredRollout", ROLLOUT.replace("at_most: 0.02", "at_most: nan")),
    ("rollout-no-plan", b"r", "StoredRollout", 'id: "r" phase: "DRAFT"'),
    ("rollout-kind", b"r", "StoredRollout", ROLLOUT.replace("KIND_COMPARATOR_MEAN", "KIND_UNSPECIFIED")),
    ("rollout-on-fail", b"r", "StoredRollout", ROLLOUT.replace("STEP_DOWN", "UNSPECIFIED")),
    ("line", b"j", "StoredJournalLine", 'at: 500 rollout_id: "r-1" route: "digits" generation: 4 '
     'actor: "automation" action: "raise" reason: "stage 1 is done" from: "SHADOWING(1) 0 %" '
     'to: "RAMPING(2) 10 %" evidence: "PASS on 800 pairs, ln E 3.4"'),
    ("line-bytes", b"j", "StoredJournalLine", 'reason: "caf\\351 \\000" at: -1'),
    ("quarantine", b"q", "StoredQuarantine", 'route: "digits" candidate_version: "2" '
     'rollout_id: "r-1" since: 7 reason: "flips FAIL"'),
    ("control", b"c", "StoredRouteControl", 'route: "digits" killed: true frozen: true '
     'promoted: "v2" promoted_version: "2" promoted_by: "r-1"'),
]

BROKEN = [
    ("nothing", b""), ("empty-rollout", b"r"), ("empty-line", b"j"), ("cut-field", b"r\x0a\xff"),
    ("unknown-field", b"j\xf8\x07\x01"), ("group", b"r\x0b\x0c"), ("long-varint", b"q\x20" + b"\xff" * 11),
    ("wrong-type", b"c\x10\x80\x80\x80\x80\x10"), ("nested-cut", b"r\x3a\x05\x0a\x01"),
]


# The evidence's varints, by hand: shapes, one window without anything in it, one with scores.
SHAPE_NONE = b"\x00" * 9
SHAPE_ONE = b"\x01\x01a" + b"\x00" * 8
SHAPE_SEGMENT = b"\x00\x00\x01\x01s\x01\x01v\x01" + b"\x00" * 6
SHAPE_TIME = b"\x00\x00\x00\x01\x01t\x01\x01" + b"\x00" * 4
COVERAGE = b"\x05\x00\x00\x05\x05" + b"\x00" * 8
NO_DECISIONS = b"\x00\x00\x00"
EMPTY_LATENCY = b"\x00\x00\x00\x00"
WINDOW_HEAD = b"\x01\x01\x00\x00\x05\x00\x00" + COVERAGE
WINDOW_NONE = (WINDOW_HEAD + NO_DECISIONS + b"\x00\x00\x00\x00" + EMPTY_LATENCY + b"\x00" + b"\x00")
WINDOW_SLOT = WINDOW_NONE[:-1] + b"\x01\x00" + b"\x05\x01\x01\x01" + b"\x05\x02\x03"
WINDOW_ONE = (b"\x01\x01\x00\x01\x02\x05\x00\x00" + COVERAGE + b"\x03\x02\x00\x80\x80\x80\x01"
              + NO_DECISIONS + b"\x05\x01\x01\x01" + EMPTY_LATENCY + b"\x00" + b"\x00")
ONE_VALUE = b"\x00\x00\x00\x00" * 2 + b"\x00" * 6 + b"\x00"  # two means, differences, missing
WINDOW_TIME = (WINDOW_HEAD + ONE_VALUE + EMPTY_LATENCY + NO_DECISIONS + b"\x00\x00\x00\x00"
               + EMPTY_LATENCY + b"\x00" + b"\x00")
SAMPLE = b"\x01" + b"\x07" * 8 + b"\x00\x00" + b"\x40\x42\x0f\x00\x00\x00\x00\x00" \
         + b"\x00\x00" + b"\x80\x84\x1e\x00\x00\x00\x00\x00" + b"\x01\x00\x01\x01\x01\x01\x02"
ANY = b"x" + b"\x05" + b"\x00" * 7

EVIDENCE = [
    ("nothing", b""), ("raw", b"rUEL5\x00\x00\x00\x00\x00\x00\x00\x00"), ("raw-other", b"rUEL3"),
    ("empty", b"c" + SHAPE_NONE + b"\x00\x00\x00\x00"),
    ("one-window", b"c" + SHAPE_NONE + b"\x00\x00\x00\x01" + WINDOW_NONE),
    ("one-comparator", b"c" + SHAPE_ONE + b"\x03\x04\x00\x01" + WINDOW_ONE),
    ("folded", b"c" + SHAPE_ONE + b"\x00\x00\x01\x00" + WINDOW_ONE + b"\x01" + WINDOW_ONE),
    ("falling-windows", b"c" + SHAPE_NONE + b"\x00\x00\x00\x02" + WINDOW_NONE + WINDOW_NONE),
    ("one-segment", b"c" + SHAPE_SEGMENT + b"\x00\x00\x00\x01" + WINDOW_SLOT),
    ("one-time", b"c" + SHAPE_TIME + b"\x00\x00\x00\x01" + WINDOW_TIME),
    ("many-comparators", b"c\xff\xff\x03"), ("many-cells", b"c\x01\x01a\x02\xff\xff\x03\xff\xff\x03\x00"),
    ("many-windows", b"c" + SHAPE_NONE + b"\x00\x00\x00\x7f"), ("long-name", b"c\x01\x7fa"),
    ("cut", b"c" + SHAPE_ONE + b"\x00\x00\x00\x01" + WINDOW_ONE[:9]),
    ("not-shortest", b"c" + SHAPE_NONE + b"\x80\x00\x00\x00\x00"),
    ("built", ANY + b"\x00" + b"\x01\x01\x03\x01" + b"\x00\x01\x00" + b"\x03" + SAMPLE),
    ("built-twice", ANY + b"\x01" + b"\x02\x01\x03\x01" + b"\x00\x01\x00" + (b"\x03" + SAMPLE) * 6
     + b"\x02" + b"\x00\x02\x00" + b"\x01\x09\x09" + (b"\x04" + SAMPLE) * 3),
    ("built-many-windows", ANY + b"\x00" + b"\x01\x01\x03\x01"
     + b"".join(bytes([0, i, 0]) + b"\x03" + bytes([i]) + SAMPLE[1:] for i in range(1, 80))),
    ("built-changed", b"x" + b"\x30" + b"\x00" * 7 + b"\xff" + b"\x01\x01\x03\x01" + b"\x00\x01\x00"
     + b"\x03" + SAMPLE),
    ("built-latency", ANY + b"\x00" + b"\x01\x00\x00" + b"\x00\x01\x00" + (b"\x03" + SAMPLE) * 120),
]
