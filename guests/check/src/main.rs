//! `sunaba-check escape OUTSIDE`: tries to reach the host's folder OUTSIDE, which holds a file `canary`, and the host at
//! large; prints each attempt as JSON. `sunaba-check spin` never ends, `sunaba-check grow` takes all the memory it gets.

#[cfg(target_os = "wasi")]
mod attempts;
#[cfg(target_os = "wasi")]
mod raw;
mod report;

#[cfg(target_os = "wasi")]
fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["escape", outside] => {
            let report = attempts::all(outside);
            println!("{}", serde_json::to_string(&report).expect("a report is plain data"));
        }
        ["spin"] => loop {
            std::hint::spin_loop();
        },
        ["grow"] => {
            let mut taken: Vec<Vec<u8>> = Vec::new();
            loop {
                let mut block = Vec::new();
                if block.try_reserve_exact(1 << 20).is_err() {
                    println!("{}", taken.len());
                    return;
                }
                block.resize(1 << 20, 1);
                taken.push(block);
            }
        }
        _ => {
            eprintln!("usage: sunaba-check escape OUTSIDE | spin | grow");
            std::process::exit(2);
        }
    }
}

#[cfg(not(target_os = "wasi"))]
fn main() {
    eprintln!("sunaba-check tries a WASI sandbox from inside: there is none around it here");
    std::process::exit(2);
}
