//! The lines that ed edits, with what marks and undo remember of them.

use std::collections::BTreeMap;
use std::rc::Rc;

#[derive(Clone)]
pub struct Line {
    /// What marks and `g` know a line by, wherever it is moved.
    pub id: u64,
    pub text: Rc<[u8]>,
}

#[derive(Default)]
pub struct Buffer {
    pub lines: Vec<Line>,
    /// Counted from 1; 0 before the first line.
    pub current: usize,
    pub marks: BTreeMap<u8, u64>,
    pub modified: bool,
    last_id: u64,
    undo: Option<(Vec<Line>, usize)>,
}

impl Buffer {
    pub fn last(&self) -> usize {
        self.lines.len()
    }

    pub fn text(&self, line: usize) -> &[u8] {
        line.checked_sub(1).and_then(|at| self.lines.get(at)).map_or(b"", |line| &line.text)
    }

    pub fn position(&self, id: u64) -> Option<usize> {
        self.lines.iter().position(|line| line.id == id).map(|at| at + 1)
    }

    /// Remembers what `u` goes back to.
    pub fn remember(&mut self) {
        self.undo = Some((self.lines.clone(), self.current));
    }

    /// False where there is nothing to undo. A second `u` undoes the first.
    pub fn undo(&mut self) -> bool {
        let Some((lines, current)) = self.undo.take() else { return false };
        self.undo = Some((std::mem::replace(&mut self.lines, lines), std::mem::replace(&mut self.current, current)));
        self.modified = true;
        true
    }

    pub fn forget(&mut self) {
        self.undo = None;
    }

    /// Puts lines after line `after`, and makes the last of them current.
    pub fn insert(&mut self, after: usize, texts: Vec<Vec<u8>>) {
        let count = texts.len();
        let fresh: Vec<Line> = texts
            .into_iter()
            .map(|text| {
                self.last_id += 1;
                Line { id: self.last_id, text: text.into() }
            })
            .collect();
        self.lines.splice(after..after, fresh);
        self.current = after + count;
        self.modified |= count > 0;
    }

    pub fn delete(&mut self, first: usize, last: usize) -> Vec<Line> {
        let gone = self.lines.drain(first - 1..last).collect();
        self.current = first.min(self.last());
        self.modified = true;
        gone
    }

    /// Moves lines behind line `after`, which is outside them.
    pub fn move_lines(&mut self, first: usize, last: usize, after: usize) {
        let moved = self.delete(first, last);
        let count = moved.len();
        let after = if after >= last { after - count } else { after };
        self.lines.splice(after..after, moved);
        self.current = after + count;
    }
}
