//! match and the splits.

use super::{Eval, Run};
use crate::array::Array;
use crate::number::push_integer;
use crate::split::{Cursor, Splitter};
use crate::syntax::tree::{ArrayRef, Expr, Matching, Pattern, Special};
use crate::text::char_count;
use crate::value::Value;

impl<'p> Run<'p> {
    pub(super) fn matching(&mut self, matching: &'p Matching) -> Eval<Value> {
        match matching {
            Matching::Match { subject, pattern, groups } => self.match_call(subject, pattern, groups.as_ref()),
            Matching::Split { subject, into, separator, separators } => {
                let text = self.text_of(subject)?;
                let splitter = match separator {
                    None => self.record.splitter().clone(),
                    Some(Pattern::Fixed(regex)) if regex.is_empty() => Splitter::Characters,
                    Some(Pattern::Fixed(regex)) => Splitter::Regex(regex.clone()),
                    Some(Pattern::Made(source)) => {
                        let source = self.text_of(source)?;
                        let splitter = self.field_splitter(&source, false);
                        self.release(source);
                        splitter
                    }
                };
                let separators = self.optional_array(separators.as_ref())?;
                let into = self.array(into)?;
                let count = fill(&splitter, &text, &mut into.borrow_mut(), separators.as_ref());
                self.release(text);
                Ok(Value::Number(count as f64))
            }
            Matching::PatternSplit { subject, into, pattern, separators } => {
                let text = self.text_of(subject)?;
                let regex = match pattern {
                    Some(pattern) => self.pattern(pattern)?,
                    None => {
                        let source = self.special(Special::Fpat).text(b"%.6g");
                        self.regex(source.bytes())
                    }
                };
                let separators = self.optional_array(separators.as_ref())?;
                let into = self.array(into)?;
                let count = fill_contents(&Splitter::Contents(regex), &text, &mut into.borrow_mut(), separators.as_ref());
                self.release(text);
                Ok(Value::Number(count as f64))
            }
            Matching::Substitute { all, pattern, replacement, target, value } => {
                self.substitute(*all, pattern, replacement, target.as_ref(), value.as_ref())
            }
            Matching::General { pattern, replacement, how, subject } => self.general(pattern, replacement, how, subject.as_ref()),
        }
    }

    fn optional_array(&mut self, array: Option<&'p ArrayRef>) -> Eval<Option<crate::value::ArrayHandle>> {
        array.map(|array| self.array(array)).transpose()
    }

    fn match_call(&mut self, subject: &'p Expr, pattern: &'p Pattern, groups: Option<&'p ArrayRef>) -> Eval<Value> {
        let text = self.text_of(subject)?;
        let regex = self.pattern(pattern)?;
        let found = match groups {
            None => regex.find_at(&text, 0),
            Some(array) => {
                let array = self.array(array)?;
                let mut array = array.borrow_mut();
                array.clear();
                let mut places = Vec::new();
                if regex.captures_at(&text, 0, &mut places) {
                    for (number, place) in places.iter().enumerate() {
                        if let Some((start, end)) = *place {
                            note_group(&mut array, &self.settings.subsep, number, &text, start, end);
                        }
                    }
                }
                places.first().copied().flatten()
            }
        };
        let (start, length) = match found {
            Some((start, end)) => ((char_count(&text[..start]) + 1) as f64, char_count(&text[start..end]) as f64),
            None => (0.0, -1.0),
        };
        self.set_special_quietly(Special::Rstart, Value::Number(start));
        self.set_special_quietly(Special::Rlength, Value::Number(length));
        self.release(text);
        Ok(Value::Number(start))
    }
}

/// `a[n]`, `a[n, "start"]` and `a[n, "length"]`.
fn note_group(array: &mut Array, subsep: &[u8], number: usize, text: &[u8], start: usize, end: usize) {
    let mut key = Vec::new();
    push_integer(&mut key, number as i64);
    array.set(&key, Value::input(&text[start..end]));
    let name = key.len();
    for (word, value) in [("start", char_count(&text[..start]) + 1), ("length", char_count(&text[start..end]))] {
        key.truncate(name);
        key.extend_from_slice(subsep);
        key.extend_from_slice(word.as_bytes());
        array.set(&key, Value::Number(value as f64));
    }
}

fn fill(splitter: &Splitter, text: &[u8], into: &mut Array, separators: Option<&crate::value::ArrayHandle>) -> usize {
    into.clear();
    let mut separators = separators.map(|array| array.borrow_mut());
    if let Some(separators) = &mut separators {
        separators.clear();
        if matches!(splitter, Splitter::Blanks) {
            let lead = text.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\n')).count();
            if lead > 0 {
                separators.set_at(0, Value::string(&text[..lead]));
            }
        }
    }
    let mut cursor = Cursor::default();
    let mut count = 0;
    while let Some(piece) = splitter.next(text, &mut cursor) {
        count += 1;
        into.set_at(count, Value::input(&text[piece.field.0..piece.field.1]));
        if let Some(separators) = &mut separators {
            if piece.separator.1 > piece.separator.0 || piece.separator.1 < text.len() {
                separators.set_at(count, Value::string(&text[piece.separator.0..piece.separator.1]));
            }
        }
    }
    count
}

/// By contents: the separators are what stands between, the first before all.
fn fill_contents(splitter: &Splitter, text: &[u8], into: &mut Array, separators: Option<&crate::value::ArrayHandle>) -> usize {
    into.clear();
    let mut cursor = Cursor::default();
    let mut count = 0;
    let mut end = 0;
    let mut between = Vec::new();
    while let Some(piece) = splitter.next(text, &mut cursor) {
        between.push((end, piece.field.0));
        end = piece.field.1;
        count += 1;
        into.set_at(count, Value::input(&text[piece.field.0..piece.field.1]));
    }
    between.push((end, text.len()));
    if let Some(separators) = separators {
        let mut separators = separators.borrow_mut();
        separators.clear();
        for (index, (start, end)) in between.iter().enumerate() {
            separators.set_at(index, Value::string(&text[*start..*end]));
        }
    }
    count
}
