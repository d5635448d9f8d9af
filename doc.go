// Package lockheld has no code. It stands above the packages of the module, and
// its tests check what holds for all of them: that imports point down only, and
// that the rules of the house are kept.
//
// Read sched first, then model, heap and properties; cmd/explore is the program.
package lockheld
