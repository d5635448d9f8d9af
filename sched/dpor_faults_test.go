package sched_test

import (
	"slices"
	"testing"

	"lockheld/internal/litmus"
	"lockheld/internal/litmus/oracle"
	"lockheld/sched"
)

// faulty has, for each deliberate error of the reduction, what notices it: the
// generated programs of a profile, or one program where generated ones seldom
// do. Errors about what the litmus format does not have are in [sched.TestFaultsOfSynchronisation].
var faulty = []struct {
	fault   string
	profile string
	program string
}{
	{fault: "sleep", profile: "mixed"},
	{fault: "forget", profile: "mixed"},
	{fault: "drop", profile: "mixed"},
	{fault: "pending", profile: "deadlocks"},
	{fault: "performed", profile: "locks"},
	{fault: "clock", profile: "wide"},
	{fault: "try", profile: "values"},
	{fault: "rw", profile: "rwlocks"},
	{fault: "rw last", profile: "rwlocks"},
	{fault: "mode", profile: "values"},
	{fault: "await", profile: "waits"},
	{fault: "cut", profile: "violations"},

	// The philosophers' deadlock is lost if locks are looked at only where a task was blocked.
	{fault: "performed", program: `mutex a
mutex b
mutex c
task A: lock a; lock b; unlock b; unlock a
task B: lock b; lock c; unlock c; unlock b
task C: lock c; lock a; unlock a; unlock c`},
	// Twelve traces, one of which is found only with what comes after the race.
	{fault: "prefix", program: `var x = 0
var y = 0
var z = 0
task A: write z 1
task B: write x 1; write x 2
task C: write y 1; write z 2
task D: read x; read y`},
	// Two readers keep the writer out, each of them alone, too.
	{fault: "rw", program: `rwmutex r
task A: rlock r
task B: rlock r
task C: wlock r`},
	// The write that ends the wait is two writes back.
	{fault: "await", program: `var x = 0
task A: write x 1; write x 2; write x 3
task B: wait x == 1`},
	// With one inc before it the wait can go on, with all three it is too late.
	{fault: "inc", program: `var x = 0
task A: inc x 1
task B: inc x 1
task C: inc x 1
task D: wait x == 1`},
	// The step behind the violation of the one task races with the other.
	{fault: "cut", program: `var x = 0
task A: read x; assert acc == 1
task B: write x 1
task C: write x 2`},
}

// TestFaults shows that each deliberate error is noticed by [TestAgainstOracle].
func TestFaults(t *testing.T) {
	for _, f := range faulty {
		name := f.fault
		if f.program != "" {
			name += ", program"
		}
		t.Run(name, func(t *testing.T) {
			if f.program != "" {
				p, err := litmus.Parse("program", "litmus 1\nname "+f.fault[:1]+"\n"+f.program)
				if err != nil {
					t.Fatal(err)
				}
				if !noticed(t, p, f.fault) {
					t.Error("not noticed")
				}
				return
			}
			i := slices.IndexFunc(oracle.Profiles(), func(p oracle.Profile) bool { return p.Name == f.profile })
			prof := oracle.Profiles()[i]
			prof.MaxInterleavings = 3000
			for seed := range uint64(100) { // as many as with -short
				if noticed(t, oracle.Generate(&prof, seed), f.fault) {
					return
				}
			}
			t.Error("not noticed")
		})
	}
}

// noticed reports whether the reduction with a deliberate error differs from the
// oracle in one order of tasks. Without the error it must not.
func noticed(t *testing.T, p *litmus.Program, fault string) bool {
	t.Helper()
	want, err := oracle.Classes(p, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	for _, order := range orders {
		if what := reduced(p, want, sched.DPORSettings{Order: order}); what != "" {
			t.Fatalf("without the error: %s\n%s", what, p)
		}
		if what := reduced(p, want, sched.DPORSettings{Order: order, Fault: fault}); what != "" {
			t.Logf("%s, %s first: %s", p.Name, order, what)
			return true
		}
	}
	return false
}
