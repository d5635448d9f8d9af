// Package report writes what an exploration found, one file per output format.
//
// A [Result] holds one scenario's report with the traces of its findings; a
// [Format] of [Formats] writes it. The text format shows a trace as a table
// with a column for each task. What belongs to one subject only, such as the
// name of the heap lock, comes with its [Subject].
package report
