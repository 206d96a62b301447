//! Handles that are reference-counted instead of owned: any thread may hold and use one.

use crate::error::Status;
use std::sync::Arc;

/// A new shared object with one reference.
pub fn share<T: Send + Sync>(value: T) -> *const T {
    Arc::into_raw(Arc::new(value))
}

/// # Safety
/// `shared` is NULL or came from `share`, and at least one reference is left.
pub unsafe fn retain<T: Send + Sync>(shared: *const T) -> Status {
    if shared.is_null() {
        return Status::InvalidArgument;
    }
    // SAFETY: the caller vouches for it.
    unsafe { Arc::increment_strong_count(shared) };
    Status::Ok
}

/// # Safety
/// `shared` is NULL or came from `share`, and the caller owns a reference, which ends here.
pub unsafe fn release<T: Send + Sync>(shared: *const T) {
    if !shared.is_null() {
        // SAFETY: the caller vouches for it.
        super::drop_quietly(unsafe { Arc::from_raw(shared) });
    }
}
