// Package schedtest checks concurrent programs from Go tests.
//
// One call explores a program and fails the test if something is wrong:
//
//	func TestCounter(t *testing.T) {
//		schedtest.Check(t, counter(), sched.Options{})
//	}
//
// A failure says what is wrong, shows the shortest schedule that leads to it, a
// line for each step, and the command that repeats it. The schedule is kept in
// testdata/schedules, in a directory named after the test, and is tried first
// from then on: the test fails at once until the bug is gone, and guards against
// its return afterwards.
//
// These variables of the environment change what [Check] does:
//
//   - LOCKHELD_SCHEDULE: a token, as failures print it. A check of the program
//     that it belongs to runs this schedule only and logs its trace.
//   - LOCKHELD_KEEP: off, to keep no schedules.
//
// It is above package sched and imports nothing else of the module.
package schedtest
