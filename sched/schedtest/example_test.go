package schedtest_test

import (
	"fmt"
	"os"
	"strings"

	"lockheld/sched"
	"lockheld/sched/schedtest"
)

// printer stands for the *testing.T of a test.
type printer struct{}

func (printer) Helper()                   {}
func (printer) Name() string              { return "TestStack" }
func (printer) Logf(f string, a ...any)   { fmt.Printf(f+"\n", a...) }
func (printer) Errorf(f string, a ...any) { fmt.Println(firstLines(fmt.Sprintf(f, a...), 9)) }

func firstLines(s string, n int) string {
	lines := strings.Split(s, "\n")
	return strings.Join(lines[:min(n, len(lines))], "\n")
}

// pop takes an element off a stack. It looks without the lock whether there is
// one.
func pop(t *sched.Task, mu *sched.Mutex, size *sched.Word) {
	if size.Load(t) == 0 {
		return
	}
	mu.Lock(t)
	if size.Add(t, ^uint64(0)) > 1 {
		t.Failf("pop/empty", "nothing to pop")
	}
	mu.Unlock(t)
}

// Two tasks pop the only element of a stack. In a test, t is its *testing.T.
func ExampleCheck() {
	os.Setenv("LOCKHELD_KEEP", "off") // an example keeps no files
	defer os.Unsetenv("LOCKHELD_KEEP")
	var t printer
	stack := &sched.Program{Name: "stack", Setup: func(w *sched.World) {
		mu, size := sched.NewMutex(w, "mu"), sched.NewWord(w, "size", 1)
		w.Go("A", func(t *sched.Task) { pop(t, mu, size) })
		w.Go("B", func(t *sched.Task) { pop(t, mu, size) })
	}}
	schedtest.Check(t, stack, sched.Options{})
	// Output:
	// stack: assertion pop/empty: nothing to pop
	//     0  B  load size = 1  in pop
	//     1  A  load size = 1  in pop
	//     2  A  lock mu  in pop
	//     3  A  add size -> 0  in pop
	//     4  A  unlock mu  in pop
	//     5  B  lock mu  in pop
	//     6  B  add size -> -1  in pop
	//        B  *** assertion pop/empty: nothing to pop
}
