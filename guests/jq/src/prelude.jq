def _set($path; $value): _setpath($path; $value);
def setpath($path; $value): _setpath($path; $value);
def delpaths($paths): _delpaths($paths);
def del(f): _delpaths([path(f)]);
def _assign(p; f): f as $v | reduce path(p) as $p (.; _setpath($p; $v));
def _modify(p; f):
  reduce path(p) as $p ([., []];
      . as [$value, $gone]
    | [$value | getpath($p) | first(f)] as $new
    | if $new == [] then [$value, $gone + [$p]] else [($value | _setpath($p; $new[0])), $gone] end)
  | . as [$value, $gone] | $value | if $gone == [] then . else _delpaths($gone) end;
def _alter(p; f): f as $x | _modify(p; . // $x);
def _divide($l; $r): if $r == 0 and ($l | type) == "number" then error(_zero($l; $r)) else $l / $r | _whole end;
def _change_add(p; f): f as $x | _modify(p; . + $x);
def _change_sub(p; f): f as $x | _modify(p; . - $x);
def _change_mul(p; f): f as $x | _modify(p; . * $x);
def _change_rem(p; f): f as $x | _modify(p; . % $x);
def _change_div(p; f): f as $x | _modify(p; _divide(.; $x));
def _location: {file: "<top-level>", line: 1};
def tojson: _tojson;
def tostring: if type == "string" then . else _tojson end;
def @json: _tojson;
def @text: tostring;
def join($s): _join($s);
def map_values(f): _modify(.[]; f);
def walk(f): def w: if type == "object" then map_values(w) elif type == "array" then map(w) else . end | f; w;
def keys: if type == "object" or type == "array" then keys_unsorted | sort else error(_described + " has no keys") end;
def length: if type == "boolean" then error(_described + " has no length") else _length end;
def todate: strftime("%Y-%m-%dT%H:%M:%SZ");
def dateadd(u; n): . + n;
def datesub(u; n): . - n;
def date: todate;
def leaf_paths: paths(scalars);
def error($message): if $message == null then empty else ($message | error_empty) as $x | . end;
def error: error(.);
def tostream: path(def r: (.[]? | r), .; r) as $p | getpath($p) | reduce path(.[]?) as $q ([$p, .]; [$p + $q]);
def fromstream(f): {x: null, e: false} as $init
  | foreach f as $i ($init;
      if .e then $init else . end
      | if ($i | length) == 2
        then setpath(["e"]; ($i[0] | length) == 0) | setpath(["x"] + $i[0]; $i[1])
        else setpath(["e"]; ($i[0] | length) == 1) end;
      if .e then .x else empty end);
def truncate_stream(stream): . as $n | null | stream | . as $input | if (.[0] | length) > $n then setpath([0]; .[0][$n:]) else empty end;
def IN(s): any(s == .; .);
def IN(src; s): any(src == s; .);
def INDEX(stream; f): reduce stream as $row ({}; setpath([$row | f | tostring]; $row));
def INDEX(f): INDEX(.[]; f);
def GROUP_BY(f): group_by(f);
def ascii: [.] | implode;
def todate(f): strftime(f);
def toarray: if type == "array" then . else [.] end;
def from_entries:
  reduce .[] as $x ({};
    ($x | if type == "object"
          then [.key, .k, .name, .Name, .Key, .K | select(. != null and . != false)][0] as $k
             | if $k == null then (if has("key") then .key elif has("k") then .k elif has("name") then .name else .Name end) else $k end
          else . end) as $key
    | ($key | if type == "string" then . elif type == "null" then error("Cannot use null (null) as object key") else tojson end) as $name
    | setpath([$name]; $x | if has("value") then .value elif has("v") then .v else .Value end));
def with_entries(f): to_entries | map(f) | from_entries;
def _cell(q): if type == "string" then q elif type == "null" then "" elif type == "array" or type == "object"
  then error(_described + " is not valid in a csv row") else tostring end;
def @csv: if type != "array" then error(_described + " cannot be csv-formatted, only array") else
  map(_cell("\"" + (split("\"") | join("\"\"")) + "\"")) | join(",") end;
def @tsv: if type != "array" then error(_described + " cannot be tsv-formatted, only array") else
  map(_cell(split("\\") | join("\\\\") | split("\t") | join("\\t") | split("\n") | join("\\n") | split("\r") | join("\\r"))) | join("\t") end;
def tonumber: if type == "number" then . elif type == "string" then _tonumber else error(_described + " cannot be parsed as a number") end;
def _text_needed: if type == "string" then . else error(_described + " cannot be matched, as it is not a string") end;
def test(re): _text_needed | matches(re; "") | any;
def test(re; flags): _text_needed | matches(re; flags // "") | any;
def match(re): _text_needed | matches(re; "")[] | .[0] + {captures: .[1:]};
def match(re; flags): _text_needed | matches(re; flags // "")[] | .[0] + {captures: .[1:]};
def debug: _debug;
def debug(m): (m | _debug) as $x | .;
def stderr: _stderr;
def halt_error($code): _complain | halt($code);
def halt_error: halt_error(5);
def getpath($path): reduce $path[] as $p (.; if . == null then null else .[$p] end);
def splits($re): splits($re; null);
def splits($re; $flags): split($re; $flags // "")[];
def ascii_only: .;
def min_by_value: min;
def limit($n; f): if $n < 0 then f elif $n == 0 then empty else label $done | foreach f as $x (0; . + 1; $x, if . >= $n then break $done else empty end) end;
def env: $ENV;
def builtins: [];
def _has($key): has($key);
def has($key): ($key | type) as $kind
  | if type == "null" then false elif type == "object" and $kind == "string" then _has($key)
    elif type == "array" and $kind == "number" then $key >= 0 and $key < length
    else error("Cannot check whether \(type) has a \($kind) key") end;
def _implode: implode;
def implode: if type == "array" then _implode else error("implode input must be an array") end;
def _explode: explode;
def explode: if type == "string" then _explode else error("explode input must be a string") end;
def _downcase: ascii_downcase;
def ascii_downcase: if type == "string" then _downcase else explode end;
def _upcase: ascii_upcase;
def ascii_upcase: if type == "string" then _upcase else explode end;
def _startswith($text): startswith($text);
def startswith($text): if type == "string" and ($text | type) == "string" then _startswith($text) else error("startswith() requires string inputs") end;
def _endswith($text): endswith($text);
def endswith($text): if type == "string" and ($text | type) == "string" then _endswith($text) else error("endswith() requires string inputs") end;
def _ltrimstr($text): ltrimstr($text);
def ltrimstr($text): if type == "string" and ($text | type) == "string" then _ltrimstr($text) else . end;
def _rtrimstr($text): rtrimstr($text);
def rtrimstr($text): if type == "string" and ($text | type) == "string" then _rtrimstr($text) else . end;
def _sort: sort;
def sort: if type == "array" then _sort else error(_described + " cannot be sorted, as it is not an array") end;
def fromjson: if type == "string" then _fromjson else error(_described + " cannot be parsed as JSON") end;
def _to_entries: to_entries;
def to_entries: if type == "object" or type == "array" then _to_entries else keys end;
def _flatten($depth): flatten($depth);
def flatten($depth): if $depth < 0 then error("flatten depth must not be negative") else _flatten($depth) end;
def _group_by(f): group_by(f);
def group_by(f): if type == "array" then _group_by(f) else map(f) end;
def _unique_by(f): unique_by(f);
def unique_by(f): if type == "array" then _unique_by(f) else map(f) end;
def _min_by(f): min_by(f);
def min_by(f): if type == "array" then _min_by(f) else map(f) end;
def _max_by(f): max_by(f);
def max_by(f): if type == "array" then _max_by(f) else map(f) end;
def _sort_by(f): sort_by(f);
def sort_by(f): if type == "array" then _sort_by(f) else map(f) end;
