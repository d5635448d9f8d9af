package heap

import "lockheld/sched"

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
