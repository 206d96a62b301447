//! What Cargo is told about the library: what cannot be built, where the header is, and what the
//! shared object is called.

use std::env;

/// The number of the ABI, with which the shared object's name ends.
const ABI: u32 = include!("abi/version");

fn main() {
    name_providers();
    if env::var_os("CARGO_CFG_UNIX").is_none() && env::var_os("CARGO_CFG_WINDOWS").is_none() {
        println!(
            "cargo::error=inkotls cannot be built for the target {}, because it uses sockets: \
             choose a target of Unix or Windows.",
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

/// Says, as cfgs of src/crypto, which providers of cryptography there are.
fn name_providers() {
    let is_on = |feature| env::var_os(format!("CARGO_FEATURE_{feature}")).is_some();
    let runs_graviola = ["x86_64", "aarch64"].contains(&&*cargo("CARGO_CFG_TARGET_ARCH"));
    let has_ring = is_on("RING") || is_on("AWS_LC_RS");
    let lacks_ml_kem = is_on("RING") && !is_on("AWS_LC_RS") && is_on("POST_QUANTUM");
    let adds_graviola = is_on("GRAVIOLA") || lacks_ml_kem && is_on("GRAVIOLA_ML_KEM");
    let cfgs = [
        ("provider_ring", has_ring),
        ("provider_graviola", runs_graviola && is_on("GRAVIOLA")),
        ("ml_kem_of_fips203", lacks_ml_kem),
        ("ml_kem_of_graviola", runs_graviola && adds_graviola),
    ];
    for (cfg, is_set) in cfgs {
        println!("cargo::rustc-check-cfg=cfg({cfg})");
        if is_set {
            println!("cargo::rustc-cfg={cfg}");
        }
    }
    if !has_ring && is_on("GRAVIOLA") && !runs_graviola {
        println!(
            "cargo::error=inkotls has no cryptography for the target {}, because graviola is for \
             x86-64 and AArch64 alone: enable the feature `ring`, too.",
            cargo("TARGET")
        );
    } else if !has_ring && !is_on("GRAVIOLA") {
        println!(
            "cargo::error=inkotls has no cryptography: enable its feature `ring`, which is a \
             default feature, `aws-lc-rs` or `graviola`. The features `post-quantum` and \
             `graviola-ml-kem` only add to one of them."
        );
    }
}
