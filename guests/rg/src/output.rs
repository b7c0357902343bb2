//! Standard output for the printers: with colours, and quiet when the reader is gone.

use std::io::{self, BufWriter, Stdout, Write};
use termcolor::{Ansi, ColorSpec, NoColor, WriteColor};

pub enum Output {
    Plain(NoColor<BufWriter<Stdout>>),
    Coloured(Ansi<BufWriter<Stdout>>),
}

impl Output {
    pub fn new(colour: bool) -> Output {
        let to = BufWriter::with_capacity(1 << 16, io::stdout());
        if colour { Output::Coloured(Ansi::new(to)) } else { Output::Plain(NoColor::new(to)) }
    }

    fn settle<T>(result: io::Result<T>) -> io::Result<T> {
        if let Err(fault) = &result
            && fault.kind() == io::ErrorKind::BrokenPipe
        {
            std::process::exit(0);
        }
        result
    }
}

impl Write for Output {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        Output::settle(match self {
            Output::Plain(to) => to.write(text),
            Output::Coloured(to) => to.write(text),
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        Output::settle(match self {
            Output::Plain(to) => to.flush(),
            Output::Coloured(to) => to.flush(),
        })
    }
}

impl WriteColor for Output {
    fn supports_color(&self) -> bool {
        matches!(self, Output::Coloured(_))
    }

    fn set_color(&mut self, spec: &ColorSpec) -> io::Result<()> {
        match self {
            Output::Plain(to) => to.set_color(spec),
            Output::Coloured(to) => to.set_color(spec),
        }
    }

    fn reset(&mut self) -> io::Result<()> {
        match self {
            Output::Plain(to) => to.reset(),
            Output::Coloured(to) => to.reset(),
        }
    }
}
