# The machines that the library is built for. TARGET is Rust's name of one; without it, the library is built for the
# machine at hand, with its tools. RUN is what runs the machine's programs here.
#
# On Debian, the tools for a TARGET are installed: for Linux with glibc the cross gcc; for the other systems zig cc,
# which has their headers and libraries, and LLVM's tools. On a Mac, cc builds for both kinds of Mac.
TARGET  ?=
RUN     ?=
HOST    := $(shell rustc -vV | sed -n 's/host: //p')
MACHINE := $(or $(TARGET),$(HOST))
ARCH    := $(if $(filter aarch64-%,$(MACHINE)),arm64,x86_64)
IS_MACOS := $(findstring -apple-darwin,$(MACHINE))
ON_MACOS := $(findstring -apple-darwin,$(HOST))

# What Debian calls the cross gcc, and the architecture.
debian.aarch64-unknown-linux-gnu     := aarch64-linux-gnu arm64
debian.armv7-unknown-linux-gnueabihf := arm-linux-gnueabihf armhf
debian.i686-unknown-linux-gnu        := i686-linux-gnu i386
debian := $(debian.$(TARGET))

# What zig calls the systems, with the oldest version on which the library runs. GNU's linker joins objects for RISC-V
# so that lld cannot link them.
zig.riscv64gc-unknown-linux-gnu      := riscv64-linux-gnu.2.27
zig.x86_64-unknown-linux-musl        := x86_64-linux-musl
zig.aarch64-unknown-linux-musl       := aarch64-linux-musl
zig.x86_64-unknown-freebsd           := x86_64-freebsd.14.0
zig.aarch64-unknown-freebsd          := aarch64-freebsd.14.0
zig.x86_64-apple-darwin              := x86_64-macos.11.0
zig.aarch64-apple-darwin             := aarch64-macos.11.0
zig := $(if $(ON_MACOS),,$(zig.$(TARGET)))

# PORTABLE=1: the shared object is linked by zig, and runs with the oldest glibc that Rust supports. That of RISC-V
# always does.
PORTABLE ?=
glibc.x86_64-unknown-linux-gnu       := x86_64-linux-gnu.2.17
glibc.aarch64-unknown-linux-gnu      := aarch64-linux-gnu.2.17
glibc.armv7-unknown-linux-gnueabihf  := arm-linux-gnueabihf.2.17
glibc.i686-unknown-linux-gnu         := x86-linux-gnu.2.17
glibc := $(if $(PORTABLE),$(glibc.$(MACHINE)))

# What the names of MinGW's tools begin with.
mingw.x86_64-pc-windows-gnu          := x86_64-w64-mingw32
IS_WINDOWS := $(mingw.$(TARGET))

# What the names of the cross tools begin with.
CROSS ?= $(addsuffix -,$(firstword $(debian) $(IS_WINDOWS)))
export ZIG := $(CURDIR)/build/tools/ziglang@0.17.1/bin/zig
export ZIG_GLOBAL_CACHE_DIR := $(CURDIR)/build/tools/zig-cache

ifneq ($(CROSS),)
CC      := $(CROSS)gcc$(if $(IS_WINDOWS),-posix)
AR      := $(CROSS)ar
LD      := $(CROSS)ld
OBJCOPY := $(CROSS)objcopy
NM      := $(CROSS)nm
else ifneq ($(zig),)
CC      := $(CURDIR)/packaging/zig.sh $(zig) $(if $(IS_MACOS),-F$(CURDIR)/build/tools/macos-sdk/System/Library/Frameworks)
AR      := llvm-ar-22
LD      := $(ZIG) ld.lld
OBJCOPY := llvm-objcopy-22
NM      := llvm-nm-22
else ifneq ($(ON_MACOS),)
CC      := cc -arch $(ARCH)
OBJCOPY := $(shell rustc --print sysroot)/lib/rustlib/$(HOST)/bin/rust-objcopy
endif

# Rust's standard library for the machine: rustup's, where it is installed; otherwise Debian's source of it is built,
# without what prints backtraces, which the library never does (packaging/object.sh).
ifneq ($(TARGET),)
ifeq ($(ON_MACOS)$(wildcard $(shell rustc --print target-libdir --target $(TARGET))),)
STD_IS_BUILT := yes
export RUSTC := /usr/bin/rustc
export RUSTC_BOOTSTRAP := 1
export CARGO_UNSTABLE_BUILD_STD := std,panic_unwind
export CARGO_UNSTABLE_BUILD_STD_FEATURES := panic-unwind,default
endif
export CC_$(subst -,_,$(TARGET)) := $(CC)
export AR_$(subst -,_,$(TARGET)) := $(AR)
endif

# Installs the tools.
NEEDS.toolchain = $(if $(debian),$(CC)=gcc-$(CROSS:%-=%) /usr/$(CROSS:%-=%)/lib/libc.so=libc6-dev-$(lastword $(debian))-cross) \
  $(if $(zig),$(OBJCOPY)=llvm-22 $(if $(IS_MACOS),ld64.lld-22=lld-22)) \
  $(if $(IS_WINDOWS),$(CC)=gcc-mingw-w64-x86-64-posix) \
  $(if $(STD_IS_BUILT),/usr/share/doc/rustc-web=rustc-web /usr/share/doc/rust-web-src=rust-web-src)
toolchain: $(if $(zig)$(glibc),$(ZIG))
	$(needs)

$(ZIG):
	@python3 -c 'import ensurepip' 2> /dev/null || ffi-tests/support/needs.sh python3-venv
	python3 -m venv $(@D:%/bin=%)
	$(@D)/pip install --quiet --disable-pip-version-check --only-binary :all: ziglang==0.17.1
	cd $(@D) && ln -sf ../lib/python3*/site-packages/ziglang/zig zig

.PHONY: toolchain

# What a shared object is called, how it is linked, and with what (rustc --print native-static-libs, less what glibc
# 2.34 absorbed).
ifneq ($(IS_MACOS),)
export MACOSX_DEPLOYMENT_TARGET := 11.0
SO          := libinkotls.dylib
SONAME      := libinkotls.$(ABI).dylib
SO_VERSION  := libinkotls.$(VERSION).dylib
LIBS        := -framework Security -framework CoreFoundation
EXPORTS      = $(LIB)/symbols
ifneq ($(zig),)
# zig's own linker exports more than the list has.
LINK_SHARED  = ld64.lld-22 -arch $(ARCH) -platform_version macos 11.0 11.0 -syslibroot $(SDKROOT) -dylib -adhoc_codesign \
               -install_name @rpath/$(SONAME) -exported_symbols_list $(EXPORTS) -dead_strip $(STRIPPED:%=-x) $(OBJECT) $(LIBS) -lSystem
export SDKROOT := $(CURDIR)/build/tools/macos-sdk
toolchain: $(SDKROOT)/usr/lib/libSystem.tbd
$(SDKROOT)/usr/lib/libSystem.tbd: $(ZIG) packaging/macos/sdk.sh $(wildcard packaging/macos/*/*.tbd)
	packaging/macos/sdk.sh $(ZIG) $(SDKROOT)
else
LINK_SHARED  = $(CC) -dynamiclib -install_name @rpath/$(SONAME) -Wl,-exported_symbols_list,$(EXPORTS) \
               $(GC) $(STRIPPED:%=-Wl,-x) $(OBJECT) $(LIBS)
endif
UNDERSCORE  := _
# It calls the kernel without libc, whose functions it replaces: macOS has no such calls.
ABSENT      := io/transport_faults
GC          := -Wl,-dead_strip
else ifneq ($(IS_WINDOWS),)
# The name of a DLL says which ABI it has; programs are linked with its import library.
SO          := inkotls-$(ABI).dll
LIBS        := -lcrypt32 -lbcrypt -lbcryptprimitives -ladvapi32 -lntdll -lsynchronization -lws2_32
LDFLAGS      = -static -L$(LIB)
EXPORTS      = $(LIB)/inkotls.def
LINK_SHARED  = $(CC) -shared $(LDFLAGS) -Wl,--no-insert-timestamp -Wl,--out-implib,$(LIB)/libinkotls.dll.a $(GC) $(STRIPPED:%=-s) $(OBJECT) $(EXPORTS) $(LIBS)
GC          := -Wl,--gc-sections
# The C tests and the examples are written for POSIX. What cannot be had of it: fork; rlimit; SIGPIPE and pipes; a kernel
# that is called without the C library; openssl as a child process; the platform's certificates
# in files; epoll, ucontext, posix_spawn.
POSIX          := -isystem ffi-tests/windows/include -D__USE_MINGW_ANSI_STDIO=1 -Wno-format -Wno-missing-braces
POSIX_SUPPORT   = $(BUILD)/support/posix.o
ABSENT      := api/fork io/memory io/pipes io/transport_faults trust/certificate_contents trust/platform_roots \
               recipes/epoll recipes/green-threads recipes/token-key
else
SO          := libinkotls.so
SONAME      := $(SO).$(ABI)
SO_VERSION  := $(SO).$(VERSION)
LIBS        := -lgcc_s -lm -lpthread -ldl
EXPORTS      = $(LIB)/exports
LINK_SHARED  = $(if $(glibc),packaging/zig.sh $(glibc),$(CC)) -shared -Wl,-soname,$(SONAME) -Wl,--version-script,$(EXPORTS) \
               -Wl,--no-undefined -Wl,-z,relro,-z,now -Wl,--build-id$(BUILD_ID:%==0x%) $(GC) $(STRIPPED:%=-s) $(OBJECT) \
               $(if $(glibc),$(LIBS:-lgcc_s=$(shell $(CC) -print-file-name=libgcc_s.so.1)),$(LIBS))
GC          := -Wl,--gc-sections
endif

# Installs the shared object.
ifneq ($(IS_WINDOWS),)
define INSTALL_SHARED
install -d $(TO)/bin
install -m 755 $(SHARED) $(TO)/bin/
install -m 644 $(addprefix $(LIB)/,libinkotls.dll.a inkotls.lib inkotls.def libbcryptprimitives.a) $(TO)/$(LIBDIR)/
endef
else
define INSTALL_SHARED
install -m 755 $(SHARED) $(TO)/$(LIBDIR)/$(SO_VERSION)
ln -sf $(SO_VERSION) $(TO)/$(LIBDIR)/$(SONAME)
ln -sf $(SONAME) $(TO)/$(LIBDIR)/$(SO)
endef
endif
