// Package oracle judges litmus programs by brute force, for tests only. It
// shares nothing with the engine: own interpreter, own state, own dependence,
// no reduction. It is slow and meant to be read.
//
// [Classes] computes the Mazurkiewicz traces of a program, exactly: it walks
// over the equivalence classes of all beginnings of executions, each known by
// the full list of its steps and of the order of their dependent pairs.
// [States] walks over the states instead; it knows no traces, but reaches
// programs that have too many of them.
//
// [Generate] makes programs for differential tests.
package oracle
