//! Each tool as a call sees it: JSON in, a reply out, over a real folder.

use std::fs;
use std::path::Path;

use serde_json::{json, Value};
use sunaba_files::{run, Reply, Workspace};
use tempfile::TempDir;

struct Folder(TempDir);

impl Folder {
    fn new(files: &[(&str, &str)]) -> Self {
        let folder = Folder(tempfile::tempdir().unwrap());
        for (path, content) in files {
            folder.put(path, content.as_bytes());
        }
        folder
    }

    fn put(&self, path: &str, content: &[u8]) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn get(&self, path: &str) -> String {
        fs::read_to_string(self.path().join(path)).unwrap()
    }

    fn call(&self, tool: &str, args: Value) -> Reply {
        run(&Workspace::new(self.path().to_path_buf()), tool, args.to_string().as_bytes())
    }

    fn ok(&self, tool: &str, args: Value) -> String {
        let reply = self.call(tool, args);
        assert!(reply.ok, "{}", reply.text);
        reply.text
    }

    fn fault(&self, tool: &str, args: Value) -> String {
        let reply = self.call(tool, args);
        assert!(!reply.ok, "{}", reply.text);
        reply.text
    }
}

#[test]
fn read_file_gives_text_and_footer() {
    let folder = Folder::new(&[("src/a.txt", "one\ntwo\n")]);
    assert_eq!(folder.ok("read_file", json!({"path": "src/a.txt"})), "one\ntwo\n[end of file, 2 lines]");
    assert_eq!(folder.ok("read_file", json!({"path": "./src//a.txt", "start_line": 2})), "two\n[end of file, 2 lines]");
    let absolute = folder.path().join("src/a.txt");
    assert!(folder.ok("read_file", json!({"path": absolute})).starts_with("one\n"));
}

#[test]
fn read_file_names_near_files() {
    let folder = Folder::new(&[("src/chatView.ts", ""), ("src/chat.ts", ""), ("test/chatView.test.ts", ""), ("z.md", "")]);
    let text = folder.fault("read_file", json!({"path": "src/chatview.tsx"}));
    assert!(text.starts_with("cannot read src/chatview.tsx: No such file or directory"), "{text}");
    assert!(text.ends_with("\nDid you mean: src/chatView.ts, test/chatView.test.ts, src/chat.ts"), "{text}");
}

#[test]
fn read_file_refuses_folders_and_binaries_by_name() {
    let folder = Folder::new(&[("src/a.txt", "")]);
    folder.put("logo.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR");
    assert_eq!(folder.fault("read_file", json!({"path": "logo.png"})), "logo.png is a binary file (PNG image, 16 bytes).");
    let text = folder.fault("read_file", json!({"path": "src"}));
    assert_eq!(text, "src is a folder. See what is in it with list_files(path=\"src\").");
}

#[test]
fn read_file_decodes_and_says_so() {
    let folder = Folder::new(&[]);
    folder.put("wide.txt", b"\xff\xfeh\0i\0\n\0");
    folder.put("latin.txt", b"caf\xe9\n");
    folder.put("mark.txt", b"\xef\xbb\xbfhi\n");
    assert_eq!(folder.ok("read_file", json!({"path": "wide.txt"})), "hi\n[end of file, 1 line; decoded from UTF-16]");
    let latin = folder.ok("read_file", json!({"path": "latin.txt"}));
    assert_eq!(latin, "caf\u{fffd}\n[end of file, 1 line; bytes that are not UTF-8 are shown as \u{fffd}]");
    assert_eq!(folder.ok("read_file", json!({"path": "mark.txt"})), "hi\n[end of file, 1 line]");
}

#[test]
fn list_files_respects_ignore_files() {
    let folder = Folder::new(&[
        (".gitignore", "out/\n*.log\n"),
        (".git/HEAD", "ref"),
        ("a.txt", ""),
        ("b.log", ""),
        ("out/x.js", ""),
        ("src/.ignore", "gen\n"),
        ("src/gen/g.ts", ""),
        ("src/m.ts", ""),
    ]);
    let text = folder.ok("list_files", json!({}));
    assert_eq!(text, ".gitignore\na.txt\nsrc/\nsrc/.ignore\nsrc/m.ts\n[5 entries]");
    let below = folder.ok("list_files", json!({"path": "src"}));
    assert_eq!(below, "src/.ignore\nsrc/m.ts\n[2 entries]");
    let all = folder.ok("list_files", json!({"include_ignored": true}));
    assert!(all.contains("out/x.js\n") && all.contains(".git/HEAD\n") && all.contains("b.log\n"), "{all}");
    let named = folder.ok("list_files", json!({"path": "out"}));
    assert_eq!(named, "out/x.js\n[1 entry; the folder is ignored by an ignore file, shown all the same]");
}

#[test]
fn list_files_globs_at_any_depth() {
    let folder = Folder::new(&[("a.ts", ""), ("src/b.ts", ""), ("src/c.test.ts", ""), ("src/d.js", ""), ("lib/e.ts", "")]);
    assert_eq!(folder.ok("list_files", json!({"glob": "*.ts"})), "a.ts\nlib/e.ts\nsrc/b.ts\nsrc/c.test.ts\n[4 entries]");
    assert_eq!(folder.ok("list_files", json!({"glob": "src/*.ts,!*.test.ts"})), "src/b.ts\n[1 entry]");
    assert_eq!(folder.ok("list_files", json!({"path": "src", "glob": "*.{js,ts}"})), "src/b.ts\nsrc/c.test.ts\nsrc/d.js\n[3 entries]");
    assert_eq!(folder.ok("list_files", json!({"glob": "*.py"})), "[nothing matches the glob among 7 entries]");
    assert!(folder.fault("list_files", json!({"glob": "a[b"})).starts_with("the glob \"**/a[b\" is not valid"));
}

#[test]
fn list_files_counts_the_rest() {
    let files: Vec<(String, &str)> = (0..300).flat_map(|n| [(format!("a/{n:03}.txt"), ""), (format!("b/{n:03}.txt"), "")]).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(path, content)| (path.as_str(), *content)).collect();
    let folder = Folder::new(&files);
    let text = folder.ok("list_files", json!({}));
    assert!(text.starts_with("a/  (300 below)\nb/  (300 below)\n[602 entries; 2 shown, to depth 1;"), "{text}");
    let globbed = folder.ok("list_files", json!({"glob": "*.txt"}));
    assert!(globbed.ends_with("[600 entries; the first 500 shown, 100 more: narrow it by path or glob]"), "{globbed}");
    assert_eq!(globbed.lines().count(), 501);
}

#[cfg(unix)]
#[test]
fn links_are_shown_and_never_followed() {
    let outside = Folder::new(&[("secret.txt", "treasure\n")]);
    let folder = Folder::new(&[("in.txt", "treasure\n")]);
    std::os::unix::fs::symlink(outside.path(), folder.path().join("door")).unwrap();
    let list = folder.ok("list_files", json!({}));
    assert!(list.starts_with("door -> "), "{list}");
    assert!(!list.contains("door/"), "{list}");
    let found = folder.ok("search", json!({"pattern": "treasure"}));
    assert_eq!(found, "in.txt\n1: treasure\n[1 match in 1 file of 1 file searched]");
}

#[test]
fn search_groups_by_file() {
    let folder = Folder::new(&[("a.txt", "x\nfoo\ny\n"), ("b/c.txt", "foo bar\nFoo\n"), ("d.md", "foo")]);
    let text = folder.ok("search", json!({"pattern": "fo+", "glob": "*.txt"}));
    assert_eq!(text, "a.txt\n2: foo\nb/c.txt\n1: foo bar\n[2 matches in 2 files of 2 files searched]");
    let text = folder.ok("search", json!({"pattern": "FOO", "ignore_case": true, "path": "b"}));
    assert_eq!(text, "b/c.txt\n1: foo bar\n2: Foo\n[2 matches in 1 file of 1 file searched]");
    let text = folder.ok("search", json!({"pattern": "foo", "path": "a.txt", "context": 1}));
    assert_eq!(text, "a.txt\n1- x\n2: foo\n3- y\n[1 match in 1 file of 1 file searched]");
}

#[test]
fn search_says_when_there_is_nothing() {
    let folder = Folder::new(&[("a.txt", "x"), ("b.txt", "y"), ("c.bin", "z\0zebra")]);
    assert_eq!(folder.ok("search", json!({"pattern": "zebra"})), "[no matches in 2 files]");
    assert_eq!(folder.ok("search", json!({"pattern": "x", "glob": "*.py"})), "[no matches in 0 files; no file matches the glob]");
    assert_eq!(folder.fault("search", json!({"pattern": "x", "path": "c.bin"})), "c.bin is a binary file; search looks into text.");
}

#[test]
fn search_keeps_its_limits() {
    let lines = "hit\n".repeat(150);
    let long = format!("{}needle{}\n", "a".repeat(5000), "b".repeat(5000));
    let folder = Folder::new(&[("many.txt", &lines), ("long.txt", &long)]);
    let text = folder.ok("search", json!({"pattern": "hit"}));
    assert_eq!(text.lines().count(), 102);
    assert!(text.ends_with("[the first 100 matches in 1 file; there are more: narrow it by pattern, path or glob, or raise max_matches]"), "{text}");
    let text = folder.ok("search", json!({"pattern": "needle"}));
    let line = text.lines().nth(1).unwrap();
    assert!(line.contains("needle") && line.chars().count() < 600 && line.ends_with("[line of 10,006 characters]"), "{line}");
}

#[test]
fn search_explains_a_bad_pattern() {
    let folder = Folder::new(&[("a.txt", "f(x)\nnext\n")]);
    assert!(folder.fault("search", json!({"pattern": "f(x"})).contains("fixed=true"));
    assert_eq!(folder.ok("search", json!({"pattern": "f(x", "fixed": true})), "a.txt\n1: f(x)\n[1 match in 1 file of 1 file searched]");
    assert_eq!(folder.ok("search", json!({"pattern": "x\\)\\nnext"})), "a.txt\n1: f(x)\n2: next\n[1 match in 1 file of 1 file searched]");
}

#[test]
fn write_file_creates_with_folders() {
    let folder = Folder::new(&[]);
    let text = folder.ok("write_file", json!({"path": "a/b/c.txt", "content": "x\ny\n"}));
    assert_eq!(text, "staged: A a/b/c.txt (2 lines, 4 bytes)");
    assert_eq!(folder.get("a/b/c.txt"), "x\ny\n");
}

#[test]
fn write_file_overwrites_only_what_was_read() {
    let folder = Folder::new(&[("a.txt", "old\n")]);
    let refused = folder.fault("write_file", json!({"path": "a.txt", "content": "new\n"}));
    assert!(refused.starts_with("a.txt is there already, and was not read"), "{refused}");
    let known = folder.call("read_file", json!({"path": "a.txt"})).fingerprint.unwrap();
    folder.put("a.txt", b"other\n");
    let refused = folder.fault("write_file", json!({"path": "a.txt", "content": "new\n", "fingerprint": known}));
    assert!(refused.starts_with("a.txt has changed since it was last read."), "{refused}");
    let known = folder.call("read_file", json!({"path": "a.txt"})).fingerprint.unwrap();
    let reply = folder.call("write_file", json!({"path": "a.txt", "content": "new\n", "fingerprint": known}));
    assert_eq!(reply.text, "staged: M a.txt (1 line, 4 bytes)");
    let again = json!({"path": "a.txt", "content": "newer\n", "fingerprint": reply.fingerprint});
    assert!(folder.ok("write_file", again).starts_with("staged: M"));
}

#[test]
fn write_file_keeps_line_ends_and_mark() {
    let folder = Folder::new(&[]);
    folder.put("a.txt", b"\xef\xbb\xbfx\r\ny\r\n");
    let known = folder.call("read_file", json!({"path": "a.txt"})).fingerprint.unwrap();
    folder.ok("write_file", json!({"path": "a.txt", "content": "x\nz\n", "fingerprint": known}));
    assert_eq!(folder.get("a.txt").as_bytes(), b"\xef\xbb\xbfx\r\nz\r\n");
}

#[test]
fn write_file_refuses_placeholders() {
    let folder = Folder::new(&[]);
    let text = folder.fault("write_file", json!({"path": "a.js", "content": "let a;\n// ... rest of code ...\n"}));
    assert!(text.starts_with("nothing was written: the line \"// ... rest of code ...\""), "{text}");
    assert!(!folder.path().join("a.js").exists());
}

#[test]
fn edit_file_replaces_and_shows() {
    let folder = Folder::new(&[("a.txt", "one\ntwo\nthree\nfour\nfive\n")]);
    let text = folder.ok("edit_file", json!({"path": "a.txt", "old_text": "three\n", "new_text": "3\n3b\n"}));
    assert_eq!(text, "staged: M a.txt (+2 -1 lines)\n1: one\n2: two\n3: 3\n4: 3b\n5: four\n6: five");
    assert_eq!(folder.get("a.txt"), "one\ntwo\n3\n3b\nfour\nfive\n");
}

#[test]
fn edit_file_refuses_what_is_not_one_place() {
    let folder = Folder::new(&[("a.txt", "let x = compute(1);\nfoo\nfoo\n")]);
    let none = folder.fault("edit_file", json!({"path": "a.txt", "old_text": "let x = compute(2);", "new_text": "y"}));
    assert_eq!(none, "old_text is not in a.txt (3 lines). The nearest is at lines 1-1:\n1: let x = compute(1);");
    let several = folder.fault("edit_file", json!({"path": "a.txt", "old_text": "foo", "new_text": "bar"}));
    assert!(several.starts_with("old_text is in a.txt 2 times, at lines 2, 3."), "{several}");
    let same = folder.fault("edit_file", json!({"path": "a.txt", "old_text": "foo", "new_text": "foo"}));
    assert_eq!(same, "no change: old_text and new_text are the same.");
    folder.ok("edit_file", json!({"path": "a.txt", "old_text": "foo", "new_text": "bar", "replace_all": true}));
    assert_eq!(folder.get("a.txt"), "let x = compute(1);\nbar\nbar\n");
}

#[test]
fn edit_file_keeps_crlf_byte_for_byte() {
    let folder = Folder::new(&[("a.txt", "a\r\nb\r\nmixed\nc\r\n")]);
    folder.ok("edit_file", json!({"path": "a.txt", "old_text": "b\n", "new_text": "B\nB2\n"}));
    assert_eq!(folder.get("a.txt"), "a\r\nB\r\nB2\r\nmixed\nc\r\n");
    folder.ok("edit_file", json!({"path": "a.txt", "old_text": "mixed", "new_text": "x"}));
    assert_eq!(folder.get("a.txt"), "a\r\nB\r\nB2\r\nx\nc\r\n");
}

#[test]
fn edit_file_keeps_the_final_newline() {
    let folder = Folder::new(&[("a.txt", "a\nb\n"), ("b.txt", "a\nb")]);
    folder.ok("edit_file", json!({"path": "a.txt", "old_text": "b\n", "new_text": "c"}));
    assert_eq!(folder.get("a.txt"), "a\nc\n");
    folder.ok("edit_file", json!({"path": "b.txt", "old_text": "b\n", "new_text": "c\n"}));
    assert_eq!(folder.get("b.txt"), "a\nc");
}

#[test]
fn bad_arguments_are_a_reply() {
    let folder = Folder::new(&[]);
    assert!(folder.fault("read_file", json!({})).starts_with("the arguments are not what this tool takes: missing field `path`"));
    assert!(folder.fault("search", json!([1])).starts_with("the arguments are not"));
    assert!(folder.fault("nope", json!({})).starts_with("there is no tool \"nope\""));
}
