//! Scripts nest deep: the shell needs more stack than the linker gives a WebAssembly program.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("wasi") {
        println!("cargo:rustc-link-arg-bins=-zstack-size=4194304");
    }
}
