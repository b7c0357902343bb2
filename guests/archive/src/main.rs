//! tar, gzip, zip and their like, told apart by their name.

#![forbid(unsafe_code)]

mod files;
mod gzip;
mod tar;
mod zip;

use sunaba_gnu::bytes::tool_name;

fn main() {
    sunaba_process::enter();
    let mut args = sunaba_gnu::bytes::args();
    let mut tool = if args.is_empty() { String::new() } else { tool_name(&args.remove(0)) };
    if tool == "sunaba-archive" && !args.is_empty() {
        tool = tool_name(&args.remove(0));
    }
    let code = match tool.as_str() {
        "tar" => tar::main(&args),
        "gzip" | "gunzip" | "zcat" => gzip::main(&tool, &args),
        "zip" => zip::create::main(&args),
        "unzip" => zip::extract::main(&args),
        other => {
            eprintln!("{other}: there are tar, gzip, gunzip, zcat, zip and unzip");
            127
        }
    };
    std::process::exit(code);
}
