//! The filters that jq has and that cannot be defined in jq's language, or not fast.

use crate::diagnose::diagnose;
use crate::errors::described;
use crate::program::Kind;
use crate::write;
use jaq_core::native::{Filter, bome, v};
use jaq_core::{Cv, Error, RunPtr, ValR};
use jaq_json::{Map, Num, Val, read};

type Outcome = Result<Val, String>;

pub fn all() -> Vec<Filter<RunPtr<Kind>>> {
    fn result<'a>(outcome: Outcome) -> jaq_core::ValXs<'a, Val> {
        let value: ValR<Val> = outcome.map_err(Error::str);
        bome(value)
    }
    fn two<'a>(mut cv: Cv<'a, Kind>, f: fn(Val, Val, Val) -> Outcome) -> jaq_core::ValXs<'a, Val> {
        let second = cv.0.pop_var();
        let first = cv.0.pop_var();
        result(f(cv.1, first, second))
    }
    fn one<'a>(mut cv: Cv<'a, Kind>, f: fn(Val, Val) -> Outcome) -> jaq_core::ValXs<'a, Val> {
        let first = cv.0.pop_var();
        result(f(cv.1, first))
    }
    vec![
        ("_setpath", v(2), |cv| two(cv, |value, path, new| set(value, &array(&path)?, new))),
        ("_delpaths", v(1), |cv| {
            one(cv, |value, paths| {
                let mut list = array(&paths)?.to_vec();
                list.sort();
                list.iter().rev().try_fold(value, |value, path| delete(value, &array(path)?))
            })
        }),
        ("_whole", v(0), |cv| result(Ok(whole(cv.1)))),
        ("_zero", v(2), |cv| {
            two(cv, |_, l, r| Ok(Val::from(format!("{} and {} cannot be divided because the divisor is zero", described(&l), described(&r)))))
        }),
        ("_tojson", v(0), |cv| result(Ok(Val::from(write::compact(&cv.1))))),
        ("_described", v(0), |cv| result(Ok(Val::from(described(&cv.1))))),
        ("_length", v(0), |cv| result(Ok(length(&cv.1)))),
        ("_join", v(1), |cv| one(cv, join)),
        ("_tonumber", v(0), |cv| result(number(&cv.1))),
        ("_debug", v(0), |cv| {
            eprintln!("[\"DEBUG:\",{}]", write::compact(&cv.1));
            result(Ok(cv.1))
        }),
        ("_stderr", v(0), |cv| {
            eprint!("{}", write::compact(&cv.1));
            result(Ok(cv.1))
        }),
        ("_complain", v(0), |cv| {
            match &cv.1 {
                Val::TStr(text) => eprint!("{}", String::from_utf8_lossy(text)),
                Val::Null => {}
                other => eprintln!("{}", write::compact(other)),
            }
            result(Ok(cv.1))
        }),
        ("_fromjson", v(0), |cv| result(parsed(&cv.1))),
        ("input_line_number", v(0), |cv| {
            let line = cv.0.data().state.line();
            result(Ok(Val::from(line as isize)))
        }),
        ("input_filename", v(0), |cv| {
            let name = cv.0.data().state.file();
            result(Ok(name.map_or(Val::Null, Val::from)))
        }),
    ]
}

/// The value that a text is of.
fn parsed(value: &Val) -> Outcome {
    let (Val::TStr(text) | Val::BStr(text)) = value else { return Ok(value.clone()) };
    read::parse_single(text).map_err(|fault| {
        let why = diagnose(text, 1).unwrap_or_else(|| fault.to_string());
        format!("{why} (while parsing '{}')", String::from_utf8_lossy(text))
    })
}

fn array(value: &Val) -> Result<std::rc::Rc<Vec<Val>>, String> {
    match value {
        Val::Arr(items) => Ok(items.clone()),
        _ => Err("Path must be specified as an array".into()),
    }
}

fn index(number: &Num, length: usize) -> Result<usize, String> {
    let Some(at) = number.as_isize().or_else(|| number.to_string().parse::<f64>().ok().map(|f| f.floor() as isize)) else {
        return Err("Array index too large".into());
    };
    if at >= 0 {
        return Ok(at as usize);
    }
    length.checked_sub(at.unsigned_abs()).ok_or_else(|| "Out of bounds negative array index".into())
}

/// The bounds of a slice `{start, end}`.
fn bounds(map: &Map, length: usize) -> (usize, usize) {
    let bound = |name: &str, default: usize| match map.get(&Val::from(name.to_owned())) {
        Some(Val::Num(n)) => {
            let at = n.as_isize().unwrap_or(0);
            if at < 0 { length.saturating_sub(at.unsigned_abs()) } else { (at as usize).min(length) }
        }
        _ => default,
    };
    let start = bound("start", 0);
    (start, bound("end", length).max(start))
}

fn set(value: Val, path: &[Val], new: Val) -> Outcome {
    /// An index past this is refused: it would fill the memory.
    const MOST: usize = 1 << 29;
    let Some((key, rest)) = path.split_first() else { return Ok(new) };
    match (value, key) {
        (Val::Null, Val::TStr(_)) => {
            let mut map = Map::default();
            map.insert(key.clone(), set(Val::Null, rest, new)?);
            Ok(Val::obj(map))
        }
        (Val::Obj(mut map), Val::TStr(_)) => {
            let entries = std::rc::Rc::make_mut(&mut map);
            let old = entries.get_mut(key).map(std::mem::take).unwrap_or_default();
            let made = set(old, rest, new)?;
            entries.insert(key.clone(), made);
            Ok(Val::Obj(map))
        }
        (value @ (Val::Null | Val::Arr(_)), Val::Num(number)) => {
            let mut items = if let Val::Arr(items) = value { items } else { Default::default() };
            let list = std::rc::Rc::make_mut(&mut items);
            let at = index(number, list.len())?;
            if at > MOST {
                return Err("Array index too large".into());
            }
            if at >= list.len() {
                list.resize(at + 1, Val::Null);
            }
            let old = std::mem::take(&mut list[at]);
            list[at] = set(old, rest, new)?;
            Ok(Val::Arr(items))
        }
        (value @ (Val::Null | Val::Arr(_)), Val::Obj(slice)) => {
            let mut items = if let Val::Arr(items) = value { items.to_vec() } else { Vec::new() };
            let (start, end) = bounds(slice, items.len());
            let old: Val = items[start..end].iter().cloned().collect();
            let Val::Arr(made) = set(old, rest, new)? else { return Err("A slice of an array can only be assigned another array".into()) };
            items.splice(start..end, made.iter().cloned());
            Ok(items.into_iter().collect())
        }
        (value, key) => Err(crate::errors::cannot_index(&value, key)),
    }
}

fn delete(value: Val, path: &[Val]) -> Outcome {
    let Some((key, rest)) = path.split_first() else { return Ok(Val::Null) };
    match (value, key) {
        (Val::Null, _) => Ok(Val::Null),
        (Val::Obj(mut map), Val::TStr(_)) => {
            let entries = std::rc::Rc::make_mut(&mut map);
            if rest.is_empty() {
                entries.shift_remove(key);
            } else if let Some(old) = entries.get_mut(key) {
                *old = delete(std::mem::take(old), rest)?;
            }
            Ok(Val::Obj(map))
        }
        (Val::Arr(mut items), Val::Num(number)) => {
            let list = std::rc::Rc::make_mut(&mut items);
            let length = list.len();
            if let Ok(at) = index(number, length)
                && at < length
            {
                if rest.is_empty() {
                    list.remove(at);
                } else {
                    list[at] = delete(std::mem::take(&mut list[at]), rest)?;
                }
            }
            Ok(Val::Arr(items))
        }
        (Val::Arr(items), Val::Obj(slice)) => {
            let mut list = items.to_vec();
            let (start, end) = bounds(slice, list.len());
            if rest.is_empty() {
                list.drain(start..end);
            } else {
                let part: Val = list[start..end].iter().cloned().collect();
                if let Val::Arr(kept) = delete(part, rest)? {
                    list.splice(start..end, kept.iter().cloned());
                }
            }
            Ok(list.into_iter().collect())
        }
        (Val::Obj(_), key) => Err(format!("Cannot delete field at object index of {}", crate::errors::kind(key))),
        (Val::Arr(_), _) => Err("Cannot delete field at array index of array".into()),
        (value, key) => Err(format!("Cannot delete field at {} index of {}", if matches!(key, Val::TStr(_)) { "object" } else { "array" }, crate::errors::kind(&value))),
    }
}

/// A float without a fraction as an integer, so that it can be an index.
fn whole(value: Val) -> Val {
    match &value {
        Val::Num(Num::Float(n)) if n.fract() == 0.0 && n.abs() < 2e9 => Val::from(*n as isize),
        _ => value,
    }
}

fn length(value: &Val) -> Val {
    match value {
        Val::Null => Val::from(0_isize),
        Val::Bool(_) => Val::Null,
        Val::Num(Num::Float(n)) => Val::from(n.abs()),
        Val::Num(n) => n.to_string().trim_start_matches('-').parse::<isize>().map(Val::from).unwrap_or_else(|_| value.clone()),
        Val::TStr(text) => Val::from(String::from_utf8_lossy(text).chars().count()),
        Val::BStr(text) => Val::from(text.len()),
        Val::Arr(items) => Val::from(items.len()),
        Val::Obj(map) => Val::from(map.len()),
    }
}

fn join(value: Val, separator: Val) -> Outcome {
    let items = match &value {
        Val::Arr(items) => items.to_vec(),
        Val::Obj(map) => map.values().cloned().collect(),
        other => return Err(format!("Cannot iterate over {}", described(other))),
    };
    let Val::TStr(separator) = &separator else {
        return if items.is_empty() { Ok(Val::from(String::new())) } else { Err(format!("{} and {} cannot be added", described(&Val::from(String::new())), described(&separator))) };
    };
    let mut out: Vec<u8> = Vec::new();
    for (i, item) in items.iter().enumerate() {
        if i > 0 {
            out.extend_from_slice(separator);
        }
        match item {
            Val::Null => {}
            Val::TStr(text) | Val::BStr(text) => out.extend_from_slice(text),
            Val::Num(_) | Val::Bool(_) => out.extend_from_slice(write::compact(item).as_bytes()),
            other => {
                let so_far = Val::from(String::from_utf8_lossy(&out).into_owned());
                return Err(format!("{} and {} cannot be added", described(&so_far), described(other)));
            }
        }
    }
    Ok(Val::from(String::from_utf8_lossy(&out).into_owned()))
}

fn number(value: &Val) -> Outcome {
    let Val::TStr(text) = value else { return Err(format!("{} cannot be parsed as a number", described(value))) };
    let word = String::from_utf8_lossy(text);
    let fault = || {
        let why = diagnose(text, 1).unwrap_or_else(|| format!("Invalid numeric literal at EOF at line 1, column {}", word.chars().count()));
        format!("{why} (while parsing '{word}')")
    };
    match jaq_json::read::parse_single(word.trim().as_bytes()) {
        Ok(number @ Val::Num(_)) => Ok(number),
        _ => word.trim().parse::<f64>().ok().filter(|n| n.is_finite()).map(Val::from).ok_or_else(fault),
    }
}
