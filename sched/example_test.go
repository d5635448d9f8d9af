package sched_test

import (
	"context"
	"fmt"

	"lockheld/sched"
)

// move locks two accounts, that of the giver first.
func move(t *sched.Task, from, to *sched.Mutex) {
	from.Lock(t)
	to.Lock(t)
	to.Unlock(t)
	from.Unlock(t)
}

// transfer is two tasks that give each other something.
func transfer() *sched.Program {
	return &sched.Program{Name: "transfer", Setup: func(w *sched.World) {
		a, b := sched.NewMutex(w, "a"), sched.NewMutex(w, "b")
		w.Go("A", func(t *sched.Task) { move(t, a, b) })
		w.Go("B", func(t *sched.Task) { move(t, b, a) })
	}}
}

// Explore tries every order of the steps and keeps the shortest way to what
// went wrong.
func ExampleExplore() {
	report, err := sched.Explore(context.Background(), transfer(), sched.Options{Preemptions: -1})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(report.Verdict)
	for _, f := range report.Findings {
		fmt.Printf("%s\nschedule %v\n", f.Violation.Error(), f.Schedule)
	}
	// Output:
	// violation
	// deadlock b: A waits to lock b, held by B; B waits to lock a, held by A
	// schedule ab
}

// Replay runs one schedule again and tells what happened.
func ExampleReplay() {
	schedule, err := sched.ParseSchedule("ab")
	if err != nil {
		fmt.Println(err)
		return
	}
	trace, err := sched.Replay(transfer(), schedule, sched.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, line := range trace.Lines() {
		fmt.Println(line)
	}
	// Output:
	//     0  A  lock a  in move
	//     1  B  lock b  in move
	//           *** deadlock b: A waits to lock b, held by B; B waits to lock a, held by A
	//        A  waits: lock b  in move
	//        B  waits: lock a  in move
}

// A value under a lock is watched without being part of the schedule: access
// without the lock is a violation, whether or not it does harm.
func ExampleNewGuarded() {
	p := &sched.Program{Name: "guarded", Setup: func(w *sched.World) {
		m := sched.NewMutex(w, "m")
		total := sched.NewGuarded(w, "total", 0, sched.GuardedBy(m))
		w.Go("A", func(t *sched.Task) {
			m.Lock(t)
			*total.Write(t)++
			m.Unlock(t)
		})
		w.Go("B", func(t *sched.Task) {
			t.Yield()
			_ = *total.Read(t)
		})
	}}
	report, err := sched.Explore(context.Background(), p, sched.Options{Preemptions: -1})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(report.Findings[0].Violation.Error())
	// Output:
	// guard total: B reads total: m is not held
}
