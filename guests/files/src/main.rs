fn main() {
    sunaba_process::enter();
    let m = grep_regex::RegexMatcher::new(&std::env::args().nth(1).unwrap()).unwrap();
    let mut n = 0;
    for e in ignore::Walk::new(".") { let e = e.unwrap(); if e.path().is_file() {
      grep_searcher::Searcher::new().search_path(&m, e.path(), grep_searcher::sinks::UTF8(|_, l| { n += l.len(); Ok(true) })).unwrap(); } }
    println!("{n}");
}
