# Windows: MinGW's tools build for it, and Wine runs the programs.

WINDOWS := x86_64-pc-windows-gnu

ifneq ($(IS_WINDOWS),)
DLLTOOL := $(CROSS)dlltool
# gcc adds .exe to the name.
TO_PROGRAM = -o $@ && mv $@.exe $@
else
TO_PROGRAM = -o $@
endif

$(ARCHIVE) $(SHARED): $(if $(IS_WINDOWS),$(addprefix $(LIB)/,libbcryptprimitives.a inkotls.lib))

$(LIB)/inkotls.def: $(LIB)/symbols
	@(echo LIBRARY $(SO); echo EXPORTS; cat $<) > $@

# The import library for MSVC.
NEEDS.$(LIB)/inkotls.lib := llvm-dlltool-19=llvm-19
$(LIB)/inkotls.lib: $(LIB)/inkotls.def
	$(needs)
	llvm-dlltool-19 -m i386:x86-64 -d $< -l $@

# MinGW has had it since version 12.
$(LIB)/libbcryptprimitives.a: packaging/windows/bcryptprimitives.def
	@mkdir -p $(@D)
	$(DLLTOOL) --deterministic-libraries -d $< -l $@

$(BUILD)/support/posix.o: ffi-tests/windows/posix.c $(wildcard ffi-tests/windows/include/*.h)
	@mkdir -p $(@D)
	$(shown)$(CC) $(POSIX) -std=gnu11 $(CFLAGS) -c $< -o $@

$(BUILD)/windows/%: ffi-tests/windows/%.c $(SUPPORT) $(HEADERS) $(LINKED)
	@mkdir -p $(@D)
	$(shown)$(CC) $(WARN) $(CFLAGS) $< $(SUPPORT) $(LINKED) $(LDFLAGS) $(LIBS) $(TO_PROGRAM)

$(BUILD)/winsock_server: POSIX_SUPPORT :=
$(BUILD)/winsock_server: POSIX :=

NEEDS.test-windows := /usr/lib/wine/wine64=wine64 wine openssl curl python3 llvm-dlltool-19=llvm-19 /usr/bin/x86_64-w64-mingw32-gcc-posix=gcc-mingw-w64-x86-64-posix
test-windows: build/pki/done ## the C tests, the recipes and the demo of x86-64 Windows, under Wine
	$(needs)
	ffi-tests/windows/test.sh $(WINDOWS)
