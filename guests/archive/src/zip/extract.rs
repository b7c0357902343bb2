//! unzip.

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Write};

use sunaba_gnu::bytes::{lossy, path};
use sunaba_gnu::error::text;
use sunaba_gnu::fnmatch::{Rules, matches};
use sunaba_gnu::output::{say, version};
use sunaba_gnu::status::{exists, symlink};
use sunaba_gnu::time::strftime;
use zip::{CompressionMethod, ZipArchive};

use super::to_moment;
use crate::files::{create_folders, inward, set_mode, set_modified};

const HELP: &str = "\
Usage: unzip [-lpqtvnoj] [-Z1] file[.zip] [list] [-x xlist] [-d exdir]
  -l  list files        -p  extract to pipe    -t  test archive     -v  list verbosely
  -n  never overwrite   -o  overwrite          -j  junk paths       -q  quiet
  -x  exclude the files that follow            -d  extract files into exdir
";

/// An entry of more than this many bytes is not given to memory whole.
type Zip = ZipArchive<BufReader<File>>;

#[derive(Default)]
struct Unzip {
    list: bool,
    names_only: bool,
    verbose: bool,
    pipe: bool,
    test: bool,
    never: bool,
    overwrite: bool,
    junk: bool,
    quiet: usize,
    folder: Option<Vec<u8>>,
    only: Vec<Vec<u8>>,
    exclude: Vec<Vec<u8>>,
    code: i32,
}

pub fn main(args: &[Vec<u8>]) -> i32 {
    let mut run = Unzip::default();
    let mut archive = None;
    let mut excluding = false;
    let mut rest = args.iter();
    while let Some(arg) = rest.next() {
        if arg == b"--help" || arg == b"-h" || arg == b"-hh" {
            say(HELP);
            return 0;
        }
        if arg == b"--version" {
            say(&version("unzip"));
            return 0;
        }
        if arg.len() > 1 && arg[0] == b'-' {
            let mut letters = arg[1..].iter();
            while let Some(letter) = letters.next() {
                match letter {
                    b'l' => run.list = true,
                    b'v' => run.verbose = true,
                    b'p' | b'c' => run.pipe = true,
                    b't' => run.test = true,
                    b'n' => run.never = true,
                    b'o' => run.overwrite = true,
                    b'j' => run.junk = true,
                    b'q' => run.quiet += 1,
                    b'Z' => run.names_only = true,
                    b'1' => run.names_only = true,
                    b'x' => excluding = true,
                    b'd' => {
                        let inline: Vec<u8> = letters.by_ref().copied().collect();
                        let given = if inline.is_empty() { rest.next().cloned() } else { Some(inline) };
                        let Some(given) = given else { return usage("error:  must specify directory to which to extract with -d option") };
                        run.folder = Some(given);
                    }
                    b'a' | b'b' | b'C' | b'L' | b'U' | b'X' | b'K' | b'u' | b'f' | b'M' | b'D' => {}
                    other => return usage(&format!("error:  invalid option -- '{}'", *other as char)),
                }
            }
            continue;
        }
        if archive.is_none() {
            archive = Some(arg.clone());
        } else if excluding {
            run.exclude.push(arg.clone());
        } else {
            run.only.push(arg.clone());
        }
    }
    let Some(name) = archive else {
        if run.verbose {
            say(&version("unzip"));
            return 0;
        }
        return usage("error:  there is no archive named");
    };
    run.open_and_run(&name)
}

fn usage(text: &str) -> i32 {
    eprintln!("{text}\n{HELP}");
    10
}

impl Unzip {
    fn open_and_run(&mut self, name: &[u8]) -> i32 {
        let candidates = [name.to_vec(), [name, b".zip"].concat(), [name, b".ZIP"].concat()];
        let Some(found) = candidates.iter().find(|candidate| path(candidate).is_file()) else {
            let shown = lossy(name);
            eprintln!("unzip:  cannot find or open {shown}, {shown}.zip or {shown}.ZIP.");
            return 9;
        };
        let shown = lossy(found).into_owned();
        let opened = File::open(path(found)).map_err(zip::result::ZipError::Io).and_then(|file| ZipArchive::new(BufReader::new(file)));
        let mut archive = match opened {
            Ok(archive) => archive,
            Err(zip::result::ZipError::Io(error)) if error.raw_os_error().is_some() => {
                eprintln!("unzip:  cannot open {shown}: {}", text(&error));
                return 9;
            }
            Err(_) => {
                eprintln!(
                    "Archive:  {shown}\n  End-of-central-directory signature not found.  Either this file is not\n  a zipfile, or it \
                     constitutes one disk of a multi-part archive.\nunzip:  cannot find zipfile directory in {shown}."
                );
                return 9;
            }
        };
        let outcome = if self.names_only {
            self.names(&mut archive)
        } else if self.list || self.verbose {
            self.list(&mut archive, &shown)
        } else {
            self.each(&mut archive, &shown)
        };
        match outcome {
            Ok(()) => self.code,
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => 141,
            Err(error) => {
                eprintln!("unzip:  {}", text(&error));
                2
            }
        }
    }

    fn takes(&self, name: &[u8]) -> bool {
        let among = |patterns: &[Vec<u8>]| patterns.iter().any(|pattern| matches(pattern, name, Rules::default()));
        (self.only.is_empty() || among(&self.only)) && !among(&self.exclude)
    }

    fn names(&mut self, archive: &mut Zip) -> io::Result<()> {
        for index in 0..archive.len() {
            let entry = archive.by_index_raw(index).map_err(io::Error::other)?;
            if self.takes(entry.name_raw()) {
                say(&format!("{}\n", lossy(entry.name_raw())));
            }
        }
        Ok(())
    }

    fn list(&mut self, archive: &mut Zip, shown: &str) -> io::Result<()> {
        let mut out = BufWriter::new(io::stdout().lock());
        if self.quiet == 0 {
            writeln!(out, "Archive:  {shown}")?;
        }
        if self.quiet < 2 {
            let head = if self.verbose {
                " Length   Method    Size  Cmpr    Date    Time   CRC-32   Name\n--------  ------  ------- ---- ---------- ----- --------  ----"
            } else {
                "  Length      Date    Time    Name\n---------  ---------- -----   ----"
            };
            writeln!(out, "{head}")?;
        }
        let (mut files, mut total, mut packed) = (0u64, 0u64, 0u64);
        for index in 0..archive.len() {
            let entry = archive.by_index_raw(index).map_err(io::Error::other)?;
            if !self.takes(entry.name_raw()) {
                continue;
            }
            let time = strftime("%Y-%m-%d %H:%M", to_moment(entry.last_modified().unwrap_or_default()));
            let name = lossy(entry.name_raw()).into_owned();
            files += 1;
            total += entry.size();
            packed += entry.compressed_size();
            if self.verbose {
                let method = if entry.compression() == CompressionMethod::Stored { "Stored" } else { "Defl:N" };
                let saved = percent(entry.size(), entry.compressed_size());
                writeln!(out, "{:>8}  {method} {:>8} {saved:>3}% {time} {:08x}  {name}", entry.size(), entry.compressed_size(), entry.crc32())?;
            } else {
                writeln!(out, "{:>9}  {time}   {name}", entry.size())?;
            }
        }
        if self.quiet < 2 {
            let noun = if files == 1 { "file" } else { "files" };
            if self.verbose {
                writeln!(out, "--------          -------  ---                            -------")?;
                writeln!(out, "{total:>8}         {packed:>8} {:>3}%                            {files} {noun}", percent(total, packed))?;
            } else {
                writeln!(out, "---------                     -------\n{total:>9}                     {files} {noun}")?;
            }
        }
        if files == 0 && !self.only.is_empty() {
            self.code = 11;
        }
        out.flush()
    }

    fn each(&mut self, archive: &mut Zip, shown: &str) -> io::Result<()> {
        let mut out = BufWriter::new(io::stdout().lock());
        let quiet = self.quiet > 0 || self.pipe;
        if !quiet {
            writeln!(out, "Archive:  {shown}")?;
        }
        if let Some(folder) = &self.folder {
            if self.pipe || self.test {
                eprintln!("caution:  not extracting; -d ignored");
            } else {
                fs::create_dir_all(path(folder))?;
            }
        }
        let mut met = vec![false; self.only.len()];
        for index in 0..archive.len() {
            let mut entry = match archive.by_index(index) {
                Ok(entry) => entry,
                Err(error) => {
                    out.flush()?;
                    eprintln!("unzip:  entry {} of {shown} cannot be read: {error}", index + 1);
                    self.code = 81;
                    continue;
                }
            };
            let name = entry.name_raw().to_vec();
            for (index, pattern) in self.only.iter().enumerate() {
                met[index] |= matches(pattern, &name, Rules::default());
            }
            if !self.takes(&name) {
                continue;
            }
            if self.pipe {
                io::copy(&mut entry, &mut out)?;
                continue;
            }
            if self.test {
                let good = io::copy(&mut entry, &mut io::sink()).is_ok();
                writeln!(out, "    testing: {:<22}   {}", lossy(&name), if good { "OK" } else { "bad CRC" })?;
                self.code = if good { self.code } else { 2 };
                continue;
            }
            if let Err(error) = self.extract(&mut entry, &name, quiet, &mut out) {
                out.flush()?;
                eprintln!("error:  cannot create {}\n        {}", lossy(&name), text(&error));
                self.code = 50;
            }
        }
        if self.test && self.quiet == 0 {
            let verdict = if self.code == 0 { format!("No errors detected in compressed data of {shown}.") } else { format!("At least one error was detected in {shown}.") };
            writeln!(out, "{verdict}")?;
        }
        out.flush()?;
        for (pattern, met) in self.only.iter().zip(met) {
            if !met {
                eprintln!("caution: filename not matched:  {}", lossy(pattern));
                self.code = 11;
            }
        }
        Ok(())
    }

    fn extract(&mut self, entry: &mut (impl Read + Described), name: &[u8], quiet: bool, out: &mut impl Write) -> io::Result<()> {
        let (cut, inner) = inward(name);
        if !cut.is_empty() {
            out.flush()?;
            eprintln!("warning:  stripped absolute path spec from {}", lossy(name));
            self.code = self.code.max(1);
        }
        let is_folder = inner.ends_with(b"/") || inner.is_empty();
        let mut target = if self.junk { inner.rsplit(|byte| *byte == b'/').next().unwrap_or(inner).to_vec() } else { inner.to_vec() };
        if self.junk && is_folder {
            return Ok(());
        }
        if let Some(folder) = &self.folder {
            target = [folder.strip_suffix(b"/").unwrap_or(folder), b"/", &target].concat();
        }
        if is_folder {
            let bare = target.strip_suffix(b"/").unwrap_or(&target);
            if !bare.is_empty() && !path(bare).is_dir() {
                fs::create_dir_all(path(bare))?;
                if !quiet {
                    writeln!(out, "   creating: {}", lossy(&target))?;
                }
            }
            return Ok(());
        }
        if exists(&target) {
            if self.never {
                return Ok(());
            }
            if !self.overwrite {
                // There is nobody to ask.
                out.flush()?;
                eprintln!("replace {}? [y]es, [n]o, [A]ll, [N]one, [r]ename:  NULL\n(EOF or read error, treating as \"[N]one\" ...)", lossy(&target));
                self.never = true;
                self.code = self.code.max(1);
                return Ok(());
            }
            // A link that stands there is replaced, never written through.
            fs::remove_file(path(&target))?;
        }
        create_folders(&target)?;
        if !quiet {
            let verb = if entry.stored() { " extracting" } else { "  inflating" };
            writeln!(out, "{verb}: {:<22}  ", lossy(&target))?;
        }
        if entry.mode() & 0o170_000 == 0o120_000 {
            let mut link = Vec::new();
            entry.take(4096).read_to_end(&mut link)?;
            return symlink(&link, &target);
        }
        let mut file = BufWriter::with_capacity(1 << 16, fs::OpenOptions::new().write(true).create_new(true).open(path(&target))?);
        io::copy(entry, &mut file)?;
        file.flush()?;
        drop(file);
        if entry.mode() & 0o777 != 0 {
            let _ = set_mode(&target, entry.mode());
        }
        let _ = set_modified(&target, entry.modified());
        Ok(())
    }
}

/// What an entry says of itself beside its bytes.
trait Described {
    fn stored(&self) -> bool;
    fn mode(&self) -> u32;
    fn modified(&self) -> sunaba_gnu::status::Moment;
}

impl<R: Read> Described for zip::read::ZipFile<'_, R> {
    fn stored(&self) -> bool {
        self.compression() == CompressionMethod::Stored
    }

    fn mode(&self) -> u32 {
        self.unix_mode().unwrap_or(0)
    }

    fn modified(&self) -> sunaba_gnu::status::Moment {
        to_moment(self.last_modified().unwrap_or_default())
    }
}

pub fn percent(plain: u64, packed: u64) -> i64 {
    if plain == 0 { 0 } else { ((plain as f64 - packed as f64) * 100.0 / plain as f64).round() as i64 }
}
