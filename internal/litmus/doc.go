// Package litmus reads litmus files: small concurrent programs as text, for
// sequential consistency. One step is one operation on a shared object.
//
//	litmus 1
//	name lost-update
//	# comments run to the end of the line
//	mutex m
//	var x = 0
//	task A: read x; write x acc+1
//	task B: read x; write x acc+1
//	final x == 2
//
// [Parse] gives a checked [Program] or an error that says FILE:LINE and what is
// wrong; [Program.String] writes it again. [ParseExpectations] reads what the
// comments of a file promise about it.
//
// The package runs nothing: package bridge makes a program for the engine
// of a [Program], package oracle explores one by brute force.
package litmus
