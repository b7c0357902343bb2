//! column.

use crate::input;
use sunaba_gnu::options::{Opt, flag, value};
use sunaba_gnu::output::{Out, complain};
use sunaba_gnu::{bytes, error};

const HELP: &str = "Usage: column [options] [<file>...]
Columnate lists.

  -t, --table                      create a table
  -n, --table-name <name>          table name for JSON output
  -N, --table-columns <names>      comma separated columns names
  -R, --table-right <columns>      right align text in these columns
  -H, --table-hide <columns>       don't print the columns
  -l, --table-columns-limit <num>  maximal number of input columns
  -d, --table-noheadings           don't print header
  -J, --json                       use JSON output format for table
  -s, --separator <string>         possible table delimiters
  -o, --output-separator <string>  columns separator for table output (default is two spaces)
  -c, --output-width <width>       width of output in number of characters
  -x, --fillrows                   fill rows before columns
  -L, --keep-empty-lines           don't ignore empty lines
";

#[derive(Default)]
struct Settings {
    table: bool,
    separators: Option<String>,
    gap: String,
    width: usize,
    rows_first: bool,
    keep_empty: bool,
    names: Vec<String>,
    right: Vec<String>,
    hidden: Vec<String>,
    limit: usize,
    no_headings: bool,
    json: Option<String>,
}

pub fn run(args: &[Vec<u8>]) -> i32 {
    const OPTIONS: &[Opt] = &[
        flag('t', "table"), value('n', "table-name"), value('N', "table-columns"), value('R', "table-right"), value('H', "table-hide"),
        value('l', "table-columns-limit"), flag('d', "table-noheadings"), flag('J', "json"), value('s', "separator"), value('o', "output-separator"),
        value('c', "output-width"), flag('x', "fillrows"), flag('L', "keep-empty-lines"), flag('e', "table-header-repeat"), value('T', "table-truncate"),
        value('E', "table-noextreme"), value('W', "table-wrap"), value('O', "table-order"), flag('h', "help"), flag('V', "version"),
    ];
    let (options, mut files) = match input::options("column", args, OPTIONS, HELP) {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    let mut s = Settings { gap: "  ".into(), width: 80, limit: usize::MAX, ..Settings::default() };
    let (mut json, mut table_name) = (false, "table".to_owned());
    for (name, argument) in options {
        let text = bytes::lossy(&argument).into_owned();
        let list = || text.split(',').map(str::to_owned).collect::<Vec<_>>();
        match name.as_str() {
            "table" => s.table = true,
            "table-name" => table_name = text,
            "table-columns" => s.names = list(),
            "table-right" => s.right = list(),
            "table-hide" => s.hidden = list(),
            "table-columns-limit" => s.limit = text.parse().unwrap_or(usize::MAX),
            "table-noheadings" => s.no_headings = true,
            "json" => (json, s.table) = (true, true),
            "separator" => s.separators = Some(text),
            "output-separator" => s.gap = text,
            "output-width" => s.width = text.parse().unwrap_or(80),
            "fillrows" => s.rows_first = true,
            "keep-empty-lines" => s.keep_empty = true,
            _ => {}
        }
    }
    if json {
        s.json = Some(table_name);
    }
    if files.is_empty() {
        files.push(b"-".to_vec());
    }
    let (mut lines, mut code) = (Vec::new(), 0);
    for file in &files {
        match input::read(file) {
            Ok(text) => lines.extend(String::from_utf8_lossy(&text).lines().filter(|l| s.keep_empty || !l.trim().is_empty()).map(str::to_owned)),
            Err(fault) => {
                complain("column", &format!("{}: {}", bytes::lossy(file), error::text(&fault)));
                code = 1;
            }
        }
    }
    let mut out = Out::new("column");
    if s.table { table(&mut out, &lines, &s) } else { list(&mut out, &lines, &s) }
    out.flush();
    code
}

fn cells(line: &str, s: &Settings) -> Vec<String> {
    let mut row: Vec<String> = match &s.separators {
        None => line.split([' ', '\t']).filter(|word| !word.is_empty()).map(str::to_owned).collect(),
        Some(set) => line.split(|c| set.contains(c)).map(str::to_owned).collect(),
    };
    if row.len() > s.limit {
        let joined = row.split_off(s.limit - 1).join(s.separators.as_deref().and_then(|set| set.chars().next()).map_or(" ".to_owned(), String::from).as_str());
        row.push(joined);
    }
    row
}

fn width(text: &str) -> usize {
    text.chars().map(|c| if matches!(c as u32, 0x1100..=0x115f | 0x2e80..=0xa4cf | 0xac00..=0xd7a3 | 0xf900..=0xfaff | 0xfe30..=0xfe6f | 0xff00..=0xff60 | 0x1f300..=0x1faff) { 2 } else { 1 }).sum()
}

fn table(out: &mut Out, lines: &[String], s: &Settings) {
    let mut rows: Vec<Vec<String>> = lines.iter().map(|line| cells(line, s)).collect();
    if let Some(name) = &s.json {
        return json(out, name, &rows, &s.names);
    }
    if !s.names.is_empty() && !s.no_headings {
        rows.insert(0, s.names.clone());
    }
    let count = rows.iter().map(Vec::len).max().unwrap_or(0);
    let chosen = |list: &[String], column: usize| list.iter().any(|item| item == "0" || item.parse() == Ok(column + 1) || s.names.get(column) == Some(item));
    let shown: Vec<usize> = (0..count).filter(|column| !chosen(&s.hidden, *column)).collect();
    let widths: Vec<usize> = (0..count).map(|column| rows.iter().filter_map(|row| row.get(column)).map(|cell| width(cell)).max().unwrap_or(0)).collect();
    for row in &rows {
        let mut line = String::new();
        for (i, &column) in shown.iter().enumerate() {
            let cell = row.get(column).map_or("", String::as_str);
            let fill = " ".repeat(widths[column].saturating_sub(width(cell)));
            let last = i + 1 == shown.len();
            if chosen(&s.right, column) {
                line.push_str(&fill);
                line.push_str(cell);
            } else {
                line.push_str(cell);
                if !last {
                    line.push_str(&fill);
                }
            }
            if !last {
                line.push_str(&s.gap);
            }
        }
        out.text(&line);
        out.put(b"\n");
    }
}

fn json(out: &mut Out, name: &str, rows: &[Vec<String>], names: &[String]) {
    let quote = |text: &str| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
    out.text(&format!("{{\n   {}: [\n", quote(name)));
    for (i, row) in rows.iter().enumerate() {
        let fields: Vec<String> = names
            .iter()
            .enumerate()
            .map(|(j, key)| format!("         {}: {}", quote(&key.to_lowercase()), row.get(j).map_or("null".to_owned(), |cell| quote(cell))))
            .collect();
        let start = if i == 0 { "      {\n" } else { "{\n" };
        let end = if i + 1 < rows.len() { "\n      }," } else { "\n      }\n" };
        out.text(&format!("{start}{}{end}", fields.join(",\n")));
    }
    out.text("   ]\n}\n");
}

/// Cells in as many columns as the width holds, parted by tabs.
fn list(out: &mut Out, lines: &[String], s: &Settings) {
    const TAB: usize = 8;
    let items: Vec<&str> = lines.iter().map(String::as_str).collect();
    let longest = items.iter().map(|item| width(item)).max().unwrap_or(0);
    let cell = (longest + TAB) / TAB * TAB;
    if items.is_empty() {
        return;
    }
    if longest >= s.width {
        items.iter().for_each(|item| out.text(&format!("{item}\n")));
        return;
    }
    let columns = (s.width / cell).max(1);
    let rows = items.len().div_ceil(columns);
    for row in 0..rows {
        let mut at = 0;
        let mut line = String::new();
        let mut end = cell;
        let indexes: Vec<usize> = if s.rows_first { (row * columns..((row + 1) * columns).min(items.len())).collect() } else { (row..items.len()).step_by(rows).collect() };
        for (i, index) in indexes.iter().enumerate() {
            line.push_str(items[*index]);
            at += width(items[*index]);
            if i + 1 < indexes.len() {
                while (at / TAB + 1) * TAB <= end {
                    line.push('\t');
                    at = (at / TAB + 1) * TAB;
                }
                end += cell;
            }
        }
        out.text(&format!("{line}\n"));
    }
}
