# The folder that every case starts from: a small project, and files that are odd in one way each.
set -e
umask 022
mkdir -p src/lib src/deep/er docs empty 'dir with space' .hidden
printf 'fn main() {\n    println!("hello");\n    // TODO: greet the world\n}\n' > src/main.rs
printf 'pub fn add(a: i32, b: i32) -> i32 {\n    a + b\n}\n\npub fn sub(a: i32, b: i32) -> i32 {\n    a - b\n}\n' > src/lib/math.rs
printf 'export function add(a: number, b: number) {\n  return a + b;\n}\n// TODO: sub\n' > src/lib/math.ts
printf 'import { add } from "./lib/math";\nconsole.log(add(1, 2));\n' > src/index.ts
printf 'deep file\nTODO: nothing\n' > src/deep/er/note.txt
printf '# Title\n\nSome *text* with a [link](http://example.org).\n\n- one\n- two\n- three\n' > docs/readme.md
printf 'name,age,city\nann,31,Oslo\nbob,25,Bergen\ncid,31,Oslo\ndan,7,Tromso\n' > people.csv
printf 'alpha\nbeta\ngamma\ndelta\nalpha\nepsilon\nbeta\n' > words.txt
printf '10\n9\n100\n1\n2\n-3\n2.5\n1e3\n' > numbers.txt
printf 'a\tb\tc\n1\t2\t3\nx\ty\tz\n' > tabs.tsv
printf 'one\r\ntwo\r\nthree\r\n' > crlf.txt
printf 'first line\nlast line without newline' > nonl.txt
printf 'h\303\251llo w\303\266rld\n\346\227\245\346\234\254\350\252\236\nnaïve café\n' > utf8.txt
printf 'good\nbad \377\376 bytes\nend\n' > invalid.txt
printf 'text\0binary\0TODO\n' > binary.bin
printf 'a\0b\0c d\0' > nul.txt
: > empty.txt
printf 'spaced\n' > 'dir with space/a file.txt'
printf 'secret\n' > .hidden/conf
printf 'dot\n' > .dotfile
printf '{"name":"x","version":"1.2.3","deps":{"a":"^1","b":"~2"},"list":[1,2,3,null,true],"nested":[{"id":1,"tag":"p"},{"id":2,"tag":"q"}]}\n' > package.json
printf '{"a":1,"s":"one"}\n{"a":2,"s":"two"}\n{"a":3}\n' > lines.json
printf '127.0.0.1 - - [10/Oct/2023:13:55:36] "GET /a HTTP/1.1" 200 512\n10.0.0.2 - - [10/Oct/2023:13:56:01] "GET /b HTTP/1.1" 404 0\n127.0.0.1 - - [10/Oct/2023:13:57:12] "POST /a HTTP/1.1" 500 77\n10.0.0.3 - - [10/Oct/2023:14:00:00] "GET /c HTTP/1.1" 200 1024\n' > access.log
printf '[server]\nport = 8080\nhost = localhost\n\n[client]\nport = 9090\nretries = 3\n' > app.ini
printf 'a b c\nd e f\n\ng h i\n\n\n\nj k l\n' > para.txt
printf 'line %s\n' 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 > twenty.txt
printf 'int main(void) {\n\treturn 0;\n}\n' > main.c
printf '#!/bin/sh\necho run\n' > run.sh
chmod 755 run.sh
chmod 600 .dotfile
ln -s words.txt link
ln -s missing dangling
ln -s src/lib linkdir
find . -exec touch -h -d '2024-03-01 12:00:00 UTC' {} +
