//! What Cargo is told about the library: what cannot be built, where the header is, and what the
//! shared object is called.

use std::env;

/// The number of the ABI, with which the shared object's name ends.
const ABI: u32 = include!("abi/version");

fn main() {
    if env::var_os("CARGO_FEATURE_RING").or(env::var_os("CARGO_FEATURE_AWS_LC_RS")).is_none() {
        println!(
            "cargo::error=inkotls has no cryptography: enable its feature `ring`, which is a \
             default feature, or `aws-lc-rs`. The feature `post-quantum` only adds to one of them."
        );
    }
    if env::var_os("CARGO_CFG_UNIX").is_none() {
        println!(
            "cargo::error=inkotls cannot be built for the target {}, because it uses the file \
             descriptors and signals of Unix: choose a Unix target. docs/other-machines.md tells \
             what a port needs.",
            cargo("TARGET")
        );
    }

    // A package that depends on this one has the folder in its build script, as DEP_INKOTLS_INCLUDE.
    // It moves with the package, and so this path is absolute, too: Cargo runs this script again
    // only where the file is changed or gone.
    let root = cargo("CARGO_MANIFEST_DIR");
    println!("cargo::metadata=include={root}/include");
    println!("cargo::rerun-if-changed={root}/build.rs");

    // The shared object's name. No shared object has been loaded on other systems yet. The narrower
    // rustc-cdylib-link-arg would name the shared objects of other packages that depend on this one,
    // too (https://github.com/rust-lang/cargo/issues/9562). This one also names the programs of tests/,
    // where nothing looks for a name.
    if cargo("CARGO_CFG_TARGET_OS") == "linux" {
        println!("cargo::rustc-link-arg=-Wl,-soname,libinkotls.so.{ABI}");
    }
}

/// A variable that Cargo sets for every build script.
fn cargo(variable: &str) -> String {
    env::var(variable).unwrap_or_else(|error| panic!("{variable}: {error}"))
}
