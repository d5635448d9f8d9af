package heap

import (
	"lockheld/model"
	"lockheld/sched"
)

// violationOf runs f in direct mode and returns the violation that it ends
// in, nil if it returns.
func violationOf(f func()) (v *sched.Violation) {
	defer func() {
		if p := recover(); p != nil {
			var ok bool
			if v, ok = p.(*sched.Violation); !ok {
				panic(p)
			}
		}
	}()
	f()
	return nil
}

// newTestMachine makes a machine of one P on which nothing runs.
func newTestMachine(w *sched.World) *model.Machine { return model.New(w, model.Config{NoStops: true}) }
