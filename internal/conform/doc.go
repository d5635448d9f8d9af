// Package conform replays on package heap what the real Go 1.16 runtime
// answered to sequences of page heap operations, and compares every answer.
//
// A vector file holds one case per line: a start state, operations, and under
// want what was recorded. [Run] reads files and plays them; [Command] does what
// the command of the conformance format asks for. Input that is not understood
// in every detail is an error, never skipped.
//
// The files of the format are read by shape: [shape] checks a JSON value and
// brings it into one canonical form, in which recorded and computed values are
// compared and printed. One table per kind lists its operations.
package conform
