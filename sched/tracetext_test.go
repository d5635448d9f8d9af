package sched

import (
	"strings"
	"testing"
)

// What is done over and over is shown once; steps keep their numbers. In the
// texts below each letter is an event, n a note.
func TestLinesFoldRounds(t *testing.T) {
	for _, c := range []struct{ events, want string }{
		{"", ""},
		{"aaaa", "0 A load a, 1 A load a, 2 A load a, 3 A load a"},
		{"aaaaab", "0 A load a, ... and 4 times the same again, 5 B load b"},
		{"cababababababc", "0 A load c, 1 A load a, 2 B load b, ... and 5 times the same again, 13 A load c"},
		{"abababababa", "0 A load a, 1 B load b, ... and 4 times the same again, 10 A load a"},
		{"ananananana", "0 A load a, B - note, ... and 4 times the same again, 10 A load a"},
		{"abcabcabcaaaaaa", "0 A load a, 1 B load b, 2 A load c, 3 A load a, 4 B load b, 5 A load c, 6 A load a, 7 B load b, 8 A load c, " +
			"9 A load a, ... and 5 times the same again"},
	} {
		r := &Trace{Tasks: []string{"A", "B"}}
		for i, letter := range c.events {
			e := Event{Step: i, Task: int(letter-'a') % 2, Kind: OpLoad, Object: string(letter)}
			if letter == 'n' {
				e.Note, e.Text = true, "note"
			}
			r.Events = append(r.Events, e)
		}
		lines := r.Lines()
		for i := range lines {
			lines[i] = strings.Join(strings.Fields(lines[i]), " ")
		}
		if got := strings.Join(lines, ", "); got != c.want {
			t.Errorf("%s: %s\nwant %s", c.events, got, c.want)
		}
	}
}

// The trace of a livelock is short, however often tasks have gone round.
func TestLinesOfLivelock(t *testing.T) {
	p := program("pair", waiting[1].setup)
	r := explore(t, p, Options{Strategy: "random", Preemptions: -1, Executions: 1})
	tr, err := Replay(p, r.Findings[0].Schedule, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(tr.Lines()); n > 20 || len(tr.Events) < 2*spinRounds {
		t.Errorf("%d lines for %d events", n, len(tr.Events))
	}
}
