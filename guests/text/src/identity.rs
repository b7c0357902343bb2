//! whoami, id, groups and hostname: the sandbox has one user and no host.

use sunaba_gnu::bytes::lossy;
use sunaba_gnu::output::{complain, say, version};

const NAME: &str = "user";
const ID: &str = "1000";

pub fn run(tool: &str, args: &[Vec<u8>]) -> i32 {
    let words: Vec<String> = args.iter().map(|arg| lossy(arg).into_owned()).collect();
    if words.iter().any(|word| word == "--version") {
        say(&version(tool));
        return 0;
    }
    if words.iter().any(|word| word == "--help") {
        say(&format!("Usage: {tool} [OPTION]...\nThe sandbox has one user, {NAME} ({ID}), and one group of that name.\n"));
        return 0;
    }
    let known = |word: &str| match tool {
        "id" => ["--user", "--group", "--groups", "--name", "--real", "--zero", "--context"].contains(&word),
        "hostname" => ["--short", "--fqdn", "--long", "--domain", "--ip-address", "--all-ip-addresses", "--alias", "--all-fqdns"].contains(&word),
        _ => false,
    };
    if let Some(word) = words.iter().take_while(|word| *word != "--").find(|word| word.starts_with("--") && !known(word)) {
        complain(tool, &format!("unrecognized option '{word}'\nTry '{tool} --help' for more information."));
        return 1;
    }
    let has = |letter: char| words.iter().any(|word| word.starts_with('-') && !word.starts_with("--") && word.contains(letter));
    match tool {
        "whoami" | "groups" => say(&format!("{NAME}\n")),
        "hostname" => say("sunaba\n"),
        _ => {
            if let Some(other) = words.iter().find(|word| !word.starts_with('-') && *word != NAME && *word != ID) {
                complain("id", &format!("'{other}': no such user"));
                return 1;
            }
            let named = has('n') || words.iter().any(|word| word == "--name");
            let short = words.iter().any(|word| ["--user", "--group", "--groups"].contains(&word.as_str()));
            if short || has('u') || has('g') || has('G') {
                say(&format!("{}\n", if named { NAME } else { ID }));
            } else {
                say(&format!("uid={ID}({NAME}) gid={ID}({NAME}) groups={ID}({NAME})\n"));
            }
        }
    }
    0
}
