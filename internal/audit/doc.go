// Package audit reads the source of a Go runtime, lists the assertions about the
// heap lock in it, and compares them with the assertion points of the model, which
// are those of Go 1.16.
//
// It must not run anything, and knows nothing of a runtime but what its source
// says: names of functions, of the assertions, and of the heap lock.
package audit
