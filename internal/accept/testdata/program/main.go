// Program makes an execution trace for the tests of package accept: spans of all
// sizes are allocated and freed on several Ps, Ps are destroyed and made again. Run
// it with GODEBUG=traceallocfree=1; the trace goes to the file that is named.
package main

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/trace"
	"sync"
)

func main() {
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(name string) error {
	runtime.GOMAXPROCS(4)
	debug.SetGCPercent(-1)
	out, err := os.Create(name)
	if err != nil {
		return err
	}
	if err := trace.Start(out); err != nil {
		return err
	}
	kept := allocate(0)
	runtime.GOMAXPROCS(2)
	runtime.GC()
	kept = append(kept, allocate(1)...)
	runtime.GOMAXPROCS(3)
	kept = nil
	debug.FreeOSMemory()
	kept = allocate(2)
	trace.Stop()
	runtime.KeepAlive(kept)
	return out.Close()
}

// allocate lets four goroutines allocate spans of 1 to 40 pages and keep half.
func allocate(round int) (kept [][]byte) {
	var all sync.WaitGroup
	var mu sync.Mutex
	for g := range 4 {
		all.Go(func() {
			for i := range 6 {
				b := make([]byte, (1+(i*7+g*3+round)%40)*8192)
				if i%2 == 0 {
					mu.Lock()
					kept = append(kept, b)
					mu.Unlock()
				}
				runtime.Gosched()
			}
		})
	}
	all.Wait()
	return kept
}
