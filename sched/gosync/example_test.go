package gosync_test

import (
	"context"
	"fmt"

	"lockheld/sched"
	"lockheld/sched/gosync"
)

// A pool of workers: main hands out jobs, closes the channel and waits. A worker
// that fails gives up, which main does not know.
func Example() {
	pool := &sched.Program{Name: "pool", Setup: func(w *sched.World) {
		jobs := gosync.NewChan[int](w, "jobs", 0)
		done := gosync.NewWaitGroup(w, "done")
		worker := func(t *sched.Task) {
			for {
				job, ok := jobs.Recv(t)
				if !ok || t.Choose("job fails", 2) == 1 {
					return
				}
				t.Note("job %d is done", job)
			}
		}
		w.Go("main", func(t *sched.Task) {
			done.Go(t, "worker", worker)
			for job := range 2 {
				jobs.Send(t, job)
			}
			jobs.Close(t)
			done.Wait(t)
		})
	}}
	report, err := sched.Explore(context.Background(), pool, sched.Options{Strategy: "dpor", Preemptions: -1})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(report.Findings[0].Violation.Error())
	// Output:
	// stuck jobs.send: main waits for jobs.send != 0
}
