const std = @import("std");

pub fn build(b: *std.Build) void {
    const target = b.standardTargetOptions(.{});
    const optimize = b.standardOptimizeOption(.{});
    const inkotls = b.dependency("inkotls", .{ .target = target, .optimize = optimize });
    const program = b.addExecutable(.{
        .name = "client_hello",
        .root_module = b.createModule(.{
            .root_source_file = b.path("client_hello.zig"),
            .target = target,
            .optimize = optimize,
            .imports = &.{.{ .name = "inkotls", .module = inkotls.module("inkotls") }},
        }),
    });
    b.installArtifact(program);
}
