// Package live asks the real page heap of Go 1.16 instead of records of it. It
// gets the toolchain of that release as a module, works on a copy, puts a driver of
// ours beside the tests of package runtime, and builds and runs it with the lock
// assertions of the runtime on.
//
// It must not change anything outside its copy, and uses no network but what the
// go command needs to get the module. Everything else is in its tests: without the
// module they are skipped.
package live
