//! A tree of the paths in a list (`--fromfile`).

use super::{Node, Tree};
use crate::input;
use std::collections::BTreeMap;
use sunaba_gnu::status::{self, Kind, Status};

/// The names in a folder, with what is in each.
#[derive(Default)]
struct Folder(BTreeMap<Vec<u8>, Folder>);

impl Tree {
    /// An error tells whether there is a file of the name.
    pub fn from_list(&mut self, name: &[u8]) -> Result<Node, bool> {
        let text = input::read(if name == b"." { b"-" } else { name }).map_err(|_| false)?;
        let mut all = Folder::default();
        for line in text.split(|&b| b == b'\n') {
            let mut folder = &mut all;
            for part in line.split(|&b| b == b'/').filter(|part| !part.is_empty() && *part != b".") {
                folder = folder.0.entry(part.to_vec()).or_default();
            }
        }
        let base = status::stat(b".").map_err(|_| false)?;
        let children = self.nodes(all, &base, name, 1);
        Ok(Node { name: name.to_vec(), path: name.to_vec(), status: Status { size: 0, ..base }, target: None, children, note: None })
    }

    fn nodes(&self, folder: Folder, base: &Status, above: &[u8], depth: usize) -> Vec<Node> {
        if self.settings.depth.is_some_and(|most| depth > most) {
            return Vec::new();
        }
        let mut nodes = Vec::new();
        for (name, inner) in folder.0 {
            let is_folder = !inner.0.is_empty();
            if !self.shown(&name, is_folder) {
                continue;
            }
            let path = [above, b"/", &name].concat();
            let kind = if is_folder { Kind::Directory } else { Kind::File };
            let children = self.nodes(inner, base, &path, depth + 1);
            if is_folder && self.settings.prune && children.is_empty() {
                continue;
            }
            nodes.push(Node { name, path, status: Status { kind, size: 0, ..base.clone() }, target: None, children, note: None });
        }
        self.sort(&mut nodes);
        nodes
    }
}
