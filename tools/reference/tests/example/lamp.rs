//! An inkotls_lamp, whose comments keep the grammar: tests/grammar.rs breaks it, one rule at a time.

/// What a call returns. Numbers are never reused.
pub enum inkotls_status {
    /// The call is done.
    Ok = 0,
    /// Nothing is there.
    None = -1,
    /// An argument is out of its range.
    InvalidArgument = -13,
}

/// The colours of a lamp. Numbers are never reused.
pub enum inkotls_colour {
    /// The lamp is red.
    Red = 1,
    /// The lamp is green.
    DarkGreen = 2,
}

/// A lamp, which one thread uses at a time.
pub struct inkotls_lamp(Opaque);

/// Receives the state of a lamp.
///
/// Returns nothing.
///
/// colour   An inkotls_colour.
pub type inkotls_state_callback =
    Option<unsafe extern "C" fn(user_data: *mut c_void, colour: i32)>;

/// Creates a lamp.
///
/// name, len   The name of the lamp in UTF-8, len in bytes. Range: 1 to 255. Copied.
/// out_lamp    Receives the lamp. Free it with inkotls_lamp_free.
///
/// INVALID_ARGUMENT   The name is too long.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_lamp_new(
    name: *const c_char,
    len: usize,
    out_lamp: Option<&mut MaybeUninit<*mut inkotls_lamp>>,
) -> Status {
}

/// Sets the colour of the lamp.
///
/// The colour changes at once, as INKOTLS_COLOUR_DARK_GREEN shows.
///
/// colour     An inkotls_colour. Default: INKOTLS_COLOUR_RED.
/// blinking   1 if the lamp blinks, 0 if it does not.
///
/// INVALID_ARGUMENT   The value of colour is not an inkotls_colour, or blinking is not 0 and not 1,
///                    which is said on two lines.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_lamp_set_colour(
    lamp: Option<&mut inkotls_lamp>,
    colour: i32,
    blinking: i32,
) -> Status {
}

/// Sets the callback that receives each change of the colour.
///
/// callback    The callback. May be NULL, which ends the calls.
/// user_data   The callback receives it. May be NULL. Must stay valid until lamp is freed.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_lamp_set_callback(
    lamp: Option<&mut inkotls_lamp>,
    callback: inkotls_state_callback,
    user_data: *mut c_void,
) -> Status {
}

/// Returns a pointer to the name of the lamp.
///
/// out_name   Receives a pointer to the name. Valid until lamp is freed.
/// out_len    Receives the length of the name in bytes.
///
/// NONE   The lamp has no name.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_lamp_name(
    lamp: Option<&inkotls_lamp>,
    out_name: Option<&mut MaybeUninit<*const c_char>>,
    out_len: Option<&mut MaybeUninit<usize>>,
) -> Status {
}

/// Returns the number of watts of the lamp.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_lamp_watts(lamp: Option<&inkotls_lamp>) -> i32 {}

/// Frees the lamp.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_lamp_free(lamp: Option<Box<inkotls_lamp>>) {}
