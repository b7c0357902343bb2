use std::path::Path;

use grep_regex::{RegexMatcher, RegexMatcherBuilder};
use grep_searcher::{BinaryDetection, Searcher, SearcherBuilder};
use serde::Deserialize;

use crate::fault::Fault;
use crate::globs::Globs;
use crate::read_file::missing;
use crate::reply::Reply;
use crate::search_report::Report;
use crate::text::counted;
use crate::tree::{walk, Kind, Walked};
use crate::workspace::{Place, Workspace};

const DEFAULT_MATCHES: u64 = 100;
const MAX_MATCHES: u64 = 1000;
const MAX_CONTEXT: u64 = 20;

#[derive(Debug, Default, Deserialize)]
pub struct Search {
    pub pattern: String,
    pub path: Option<String>,
    pub glob: Option<String>,
    pub fixed: Option<bool>,
    pub ignore_case: Option<bool>,
    pub context: Option<u64>,
    pub max_matches: Option<u64>,
}

pub fn search(workspace: &Workspace, args: &Search) -> Result<Reply, Fault> {
    if args.pattern.is_empty() {
        return Err(Fault::Words("the pattern is empty. To see what files there are, use list_files.".into()));
    }
    let place = workspace.place(args.path.as_deref().unwrap_or("."));
    let metadata = match std::fs::metadata(&place.path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(missing(workspace, &place, "search", Kind::File, error));
        }
        Err(error) => return Err(Fault::file("search", &place.shown, error)),
    };
    let globs = Globs::parse(args.glob.as_deref())?;
    let fixed = args.fixed.unwrap_or(false);
    let multi_line = spans_lines(&args.pattern, fixed);
    let matcher = build_matcher(&args.pattern, fixed, args.ignore_case.unwrap_or(false), multi_line)?;
    let context = args.context.unwrap_or(0).min(MAX_CONTEXT) as usize;
    let mut searcher = SearcherBuilder::new()
        .binary_detection(BinaryDetection::quit(0))
        .line_number(true)
        .multi_line(multi_line)
        .before_context(context)
        .after_context(context)
        .build();
    let max_matches = args.max_matches.unwrap_or(DEFAULT_MATCHES).clamp(1, MAX_MATCHES);
    let mut report = Report::new(max_matches);
    if metadata.is_dir() {
        let start = place.path.as_path();
        let mut visit = |path: &Path, kind: Kind| {
            let taken = kind == Kind::File && globs.as_ref().is_none_or(|globs| globs.matches(workspace, start, path));
            if taken {
                search_file(workspace, &mut searcher, &matcher, path, &mut report);
            }
            !report.is_full()
        };
        if walk(workspace, start, false, |entry| visit(&entry.path, entry.kind)) == Walked::StartIgnored {
            walk(workspace, start, true, |entry| visit(&entry.path, entry.kind));
        }
    } else {
        search_named(workspace, &mut searcher, &matcher, &place, &mut report)?;
    }
    Ok(Reply::success(report.finish(globs.is_some())))
}

fn search_file(workspace: &Workspace, searcher: &mut Searcher, matcher: &RegexMatcher, path: &Path, report: &mut Report) {
    let shown = workspace.show(path);
    let outcome = searcher.search_path(matcher, path, report.file(&shown, matcher));
    report.end_file(&shown, outcome.err());
}

/// A file that the call names is searched whatever the ignore files say, and its fault is the call's.
fn search_named(
    workspace: &Workspace,
    searcher: &mut Searcher,
    matcher: &RegexMatcher,
    place: &Place,
    report: &mut Report,
) -> Result<(), Fault> {
    std::fs::File::open(&place.path).map_err(|error| Fault::file("search", &place.shown, error))?;
    search_file(workspace, searcher, matcher, &place.path, report);
    match report.take_binary(&place.shown) {
        true => Err(Fault::Words(format!("{} is a binary file; search looks into text.", place.shown))),
        false => Ok(()),
    }
}

fn spans_lines(pattern: &str, fixed: bool) -> bool {
    pattern.contains('\n') || (!fixed && (pattern.contains("\\n") || pattern.contains("(?s)")))
}

fn build_matcher(pattern: &str, fixed: bool, ignore_case: bool, multi_line: bool) -> Result<RegexMatcher, Fault> {
    let mut builder = RegexMatcherBuilder::new();
    builder.case_insensitive(ignore_case).fixed_strings(fixed).multi_line(true).unicode(true);
    if !multi_line {
        builder.line_terminator(Some(b'\n'));
    }
    builder.build(pattern).map_err(|error| {
        Fault::Words(format!(
            "the pattern is not a regular expression of this tool: {error}\n\
             There is no look-around and there are no back-references. With fixed=true it is searched for as it stands."
        ))
    })
}

/// `3 matches in 2 files`.
pub fn summary(matches: u64, files: u64) -> String {
    format!("{} in {}", counted(matches, "match", "matches"), counted(files, "file", "files"))
}
