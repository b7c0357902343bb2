//! zip.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Write};

use sunaba_gnu::bytes::{lossy, path};
use sunaba_gnu::error::text;
use sunaba_gnu::fnmatch::{Rules, matches};
use sunaba_gnu::output::{say, version};
use sunaba_gnu::status::{Kind, Status, lstat, read_link, stat};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use super::extract::percent;
use super::from_moment;
use crate::files::{entries, inward};

const HELP: &str = "\
Usage: zip [-rqjy0..9] zipfile file... [-x pattern...] [-i pattern...]
  -r  recurse into directories   -j  junk (don't record) directory names
  -q  quiet operation            -y  store symbolic links as links
  -0  store only                 -9  compress better
  -@  read names from stdin      -x  exclude the patterns that follow   -i  include only them
";

#[derive(Default)]
struct Zip {
    recursive: bool,
    quiet: bool,
    junk: bool,
    links: bool,
    level: i64,
    exclude: Vec<Vec<u8>>,
    include: Vec<Vec<u8>>,
    /// Names on disk and in the archive.
    found: Vec<(Vec<u8>, Vec<u8>, Status)>,
    missing: bool,
}

pub fn main(args: &[Vec<u8>]) -> i32 {
    let mut run = Zip { level: 6, ..Zip::default() };
    let mut archive: Option<Vec<u8>> = None;
    let mut names = Vec::new();
    // What a word without a dash is: a file, or a pattern after -x or -i.
    let mut list = 'f';
    for arg in args {
        if arg == b"--help" || arg == b"-h" {
            say(HELP);
            return 0;
        }
        if arg == b"--version" || arg == b"-v" {
            say(&version("zip"));
            return 0;
        }
        if arg == b"-@" {
            names.extend(io::stdin().lock().split(b'\n').map_while(Result::ok).filter(|line| !line.is_empty()));
            continue;
        }
        if arg.len() > 1 && arg[0] == b'-' {
            for letter in &arg[1..] {
                match letter {
                    b'r' => run.recursive = true,
                    b'q' => run.quiet = true,
                    b'j' => run.junk = true,
                    b'y' => run.links = true,
                    b'0'..=b'9' => run.level = i64::from(letter - b'0'),
                    b'x' | b'i' => list = *letter as char,
                    b'u' | b'o' | b'X' | b'T' | b'D' | b'k' | b'l' | b'S' | b'g' => {}
                    other => {
                        eprintln!("zip error: Invalid command arguments (short option '{}' not supported)", *other as char);
                        return 16;
                    }
                }
            }
            continue;
        }
        match (list, &archive) {
            ('x', Some(_)) => run.exclude.push(arg.clone()),
            ('i', Some(_)) => run.include.push(arg.clone()),
            (_, None) => archive = Some(arg.clone()),
            _ => names.push(arg.clone()),
        }
    }
    let Some(mut archive) = archive else {
        eprintln!("{HELP}");
        return 16;
    };
    let base = archive.rsplit(|byte| *byte == b'/').next().unwrap_or(&archive);
    if !base.contains(&b'.') {
        archive.extend_from_slice(b".zip");
    }
    for name in &names {
        run.gather(name, &archive);
    }
    if run.found.is_empty() {
        let list: Vec<String> = names.iter().map(|name| lossy(name).into_owned()).collect();
        say(&format!("\nzip error: Nothing to do! ({})\n", lossy(&archive)));
        return if list.is_empty() && !run.missing { 16 } else { 12 };
    }
    match run.write(&archive) {
        Ok(()) => if run.missing { 18 } else { 0 },
        Err(error) => {
            eprintln!("\nzip I/O error: {}\nzip error: Could not create output file ({})", text(&error), lossy(&archive));
            15
        }
    }
}

impl Zip {
    fn gather(&mut self, name: &[u8], archive: &[u8]) {
        let status = match if self.links { lstat(name) } else { stat(name) } {
            Ok(status) => status,
            Err(_) => {
                say(&format!("\tzip warning: name not matched: {}\n", lossy(name)));
                self.missing = true;
                return;
            }
        };
        let bare = name.strip_suffix(b"/").unwrap_or(name);
        let mut member = inward(bare).1;
        while let Some(rest) = member.strip_prefix(b"./") {
            member = rest;
        }
        let mut member = if member == b"." { Vec::new() } else { member.to_vec() };
        let folder = status.kind == Kind::Directory;
        if self.junk {
            member = member.rsplit(|byte| *byte == b'/').next().unwrap_or_default().to_vec();
        } else if folder && !member.is_empty() {
            member.push(b'/');
        }
        let same = stat(archive).is_ok_and(|own| (own.device, own.inode) == (status.device, status.inode)) && status.inode != 0;
        let among = |patterns: &[Vec<u8>]| patterns.iter().any(|pattern| matches(pattern, &member, Rules::default()));
        let taken = (self.include.is_empty() || among(&self.include)) && !among(&self.exclude);
        if taken && !same && !member.is_empty() && !(folder && self.junk) && matches!(status.kind, Kind::File | Kind::Directory | Kind::Link) {
            self.found.push((bare.to_vec(), member, status));
        }
        if folder && self.recursive {
            for entry in entries(name).unwrap_or_default() {
                let below = if bare == b"." { entry } else { [bare, b"/", &entry].concat() };
                self.gather(&below, archive);
            }
        }
    }

    /// Writes beside the old archive, whose other entries are kept, and then takes its place.
    fn write(&self, archive: &[u8]) -> io::Result<()> {
        let fresh = [archive, b".new"].concat();
        let mut writer = ZipWriter::new(BufWriter::with_capacity(1 << 16, File::create(path(&fresh))?));
        let mut known = Vec::new();
        if path(archive).is_file() {
            let mut old = ZipArchive::new(BufReader::new(File::open(path(archive))?)).map_err(io::Error::other)?;
            for index in 0..old.len() {
                let entry = old.by_index_raw(index).map_err(io::Error::other)?;
                let name = entry.name_raw().to_vec();
                if !self.found.iter().any(|(_, member, _)| *member == name) {
                    writer.raw_copy_file(entry).map_err(io::Error::other)?;
                }
                known.push(name);
            }
        }
        for (name, member, status) in &self.found {
            self.add(&mut writer, name, member, status, known.contains(member))?;
        }
        writer.finish().map_err(io::Error::other)?.flush()?;
        std::fs::rename(path(&fresh), path(archive))
    }

    fn add(&self, writer: &mut ZipWriter<BufWriter<File>>, name: &[u8], member: &[u8], status: &Status, known: bool) -> io::Result<()> {
        let shown = lossy(member).into_owned();
        let options = SimpleFileOptions::default()
            .last_modified_time(from_moment(status.modified))
            .unix_permissions(status.mode)
            .large_file(status.size > u64::from(u32::MAX) / 2);
        let stored = options.compression_method(CompressionMethod::Stored);
        let verb = if known { "updating" } else { "  adding" };
        let (mut plain, mut packed, mut deflated) = (0, 0, false);
        match status.kind {
            Kind::Directory => writer.add_directory(shown.clone(), stored).map_err(io::Error::other)?,
            Kind::Link => writer.add_symlink(shown.clone(), lossy(&read_link(name)?).into_owned(), stored).map_err(io::Error::other)?,
            _ => {
                // What does not get smaller is stored as it is.
                let bytes = std::fs::read(path(name))?;
                plain = bytes.len() as u64;
                packed = if self.level == 0 { plain } else { deflated_size(&bytes, self.level)? };
                deflated = packed < plain;
                packed = packed.min(plain);
                let chosen = if deflated {
                    options.compression_method(CompressionMethod::Deflated).compression_level(Some(self.level))
                } else {
                    stored
                };
                writer.start_file(shown.clone(), chosen).map_err(io::Error::other)?;
                writer.write_all(&bytes)?;
            }
        }
        if !self.quiet {
            let how = if deflated { "deflated" } else { "stored" };
            say(&format!("{verb}: {shown} ({how} {}%)\n", percent(plain, packed)));
        }
        Ok(())
    }
}

fn deflated_size(bytes: &[u8], level: i64) -> io::Result<u64> {
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::new(level as u32));
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?.len() as u64)
}
