//! The tree as JSON (`-J`) and as XML (`-X`).

use super::{Node, Structure, Tree, readable};
use sunaba_gnu::bytes::lossy;
use sunaba_gnu::status::{Kind, mode_text};
use sunaba_gnu::time::strftime;

impl Tree {
    fn is_json(&self) -> bool {
        self.settings.structure == Some(Structure::Json)
    }

    pub fn begin(&mut self) {
        match self.settings.structure {
            Some(Structure::Json) => self.text("[\n"),
            Some(Structure::Xml) => self.text("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<tree>\n"),
            None => {}
        }
    }

    pub fn structured(&mut self, root: &Node, index: usize) {
        if self.is_json() && index > 0 {
            self.text(",\n");
        }
        self.node(root, 1);
        self.text("\n");
    }

    pub fn structured_end(&mut self) {
        let (folders, files) = (self.folders, self.files);
        let with_files = !self.settings.folders_only;
        let report = match (self.is_json(), self.settings.report) {
            (true, true) => format!(",\n  {{\"type\":\"report\",\"directories\":{folders}{}}}\n]\n", if with_files { format!(",\"files\":{files}") } else { String::new() }),
            (true, false) => "\n]\n".to_owned(),
            (false, true) => {
                let files = if with_files { format!("    <files>{files}</files>\n") } else { String::new() };
                format!("  <report>\n    <directories>{folders}</directories>\n{files}  </report>\n</tree>\n")
            }
            (false, false) => "</tree>\n".to_owned(),
        };
        self.text(&report);
    }

    /// Without the newline behind it.
    fn node(&mut self, node: &Node, level: usize) {
        let json = self.is_json();
        let kind = match (node.status.kind, &node.target) {
            (Kind::Directory, _) => "directory",
            (_, Some(_)) => "link",
            _ => "file",
        };
        let facts = self.facts(node);
        let indent = "  ".repeat(level);
        let head = if json {
            let facts: Vec<String> = facts.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
            format!("{indent}{{\"type\":\"{kind}\",{}", facts.join(","))
        } else {
            let facts: String = facts.iter().map(|(name, value)| format!(" {name}={value}")).collect();
            format!("{indent}<{kind}{facts}>")
        };
        self.text(&head);
        if !node.children.is_empty() {
            self.text(if json { ",\"contents\":[\n" } else { "\n" });
            for (i, child) in node.children.iter().enumerate() {
                self.count(child);
                self.node(child, level + 1);
                self.text(if json && i + 1 < node.children.len() { ",\n" } else { "\n" });
            }
            self.text(&indent);
            self.text(if json { "]" } else { "" });
        }
        self.text(&if json { "}".to_owned() } else { format!("</{kind}>") });
    }

    /// Names and values, ready to be written.
    fn facts(&self, node: &Node) -> Vec<(&'static str, String)> {
        let s = &self.settings;
        let quote = |text: &str| {
            if self.is_json() {
                format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
            } else {
                format!("\"{}\"", text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;"))
            }
        };
        let mut facts = vec![("name", quote(&lossy(if s.full { &node.path } else { &node.name })))];
        if let Some(target) = &node.target {
            facts.push(("target", quote(&lossy(target))));
        }
        if s.modes {
            facts.push(("mode", quote(&format!("{:04o}", node.status.mode & 0o7777))));
            facts.push(("prot", quote(&mode_text(node.status.kind, node.status.mode))));
        }
        if s.sizes {
            let size = node.status.size;
            let plain = if self.is_json() { size.to_string() } else { quote(&size.to_string()) };
            facts.push(("size", s.power.map_or(plain, |power| quote(&readable(size, power)))));
        }
        if let Some(format) = &s.dates {
            facts.push(("time", quote(&strftime(format, node.status.modified))));
        }
        facts
    }
}
