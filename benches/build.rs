//! Compiles the peers' C, and links them, with the archive that `make` ships.

use std::path::Path;

fn main() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let library = here.join("../build/lib");
    let c = ["counted", "wire", "inkotls", "rustls_ffi", "openssl", "gnutls", "wolfssl", "mbedtls"];
    let files = c.map(|name| here.join("peers").join(name).with_extension("c"));
    cc::Build::new()
        .files(&files)
        .include(here.join("../include"))
        .include(here.join("../ffi-tests/support"))
        .include(
            std::env::var("DEP_RUSTLS_FFI_INCLUDE").expect("rustls-ffi's build script tells it"),
        )
        .opt_level(2)
        .std("c11")
        .define("_GNU_SOURCE", None)
        .define("DEFINE_RING", None) // rustls.h shows what is of ring
        .flag("-fno-builtin-malloc")
        .warnings_into_errors(true)
        .compile("peers");
    println!("cargo::rustc-link-search={}", library.display());
    println!("cargo::rustc-link-lib=static:-bundle=inkotls");
    for shared in ["ssl", "crypto", "gnutls", "wolfssl", "mbedtls", "mbedx509", "mbedcrypto"] {
        println!("cargo::rustc-link-lib={shared}");
    }
    println!("cargo::rustc-env=RUSTLS_VERSION={}", locked("rustls"));
    println!("cargo::rerun-if-changed=Cargo.lock");
    println!("cargo::rerun-if-changed=peers");
    println!("cargo::rerun-if-changed=../ffi-tests/support/interposed.h");
    println!("cargo::rerun-if-changed={}", library.join("libinkotls.a").display());
}

/// The version of a crate that Cargo.lock names.
fn locked(name: &str) -> String {
    let lock = std::fs::read_to_string("Cargo.lock").expect("cargo wrote it");
    let entry = format!("name = \"{name}\"\nversion = \"");
    let rest = lock.split(&entry).nth(1).expect("a dependency");
    rest.split('"').next().expect("a version").to_owned()
}
