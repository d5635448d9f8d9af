package sched_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"lockheld/sched"
)

// racing is n tasks that load and store x without a lock, and one that chooses.
func racing(n int, init uint64) *sched.Program {
	return &sched.Program{Name: "racing", Reusable: true, Setup: func(w *sched.World) {
		x := sched.NewWord(w, "x", init)
		for i := range n {
			w.Go(fmt.Sprint("T", i), func(t *sched.Task) { x.Store(t, x.Load(t)+1) })
		}
		w.Go("chooser", func(t *sched.Task) {
			if t.Choose("stops", 3) == 2 {
				x.Add(t, 1)
			}
		})
		w.AtEnd(sched.Property{Name: "sum", Check: func() string {
			if x.Peek() < init+uint64(n) {
				return fmt.Sprint("x is ", x.Peek())
			}
			return ""
		}})
	}}
}

// tokenOf returns the token of a lost update of racing(2, 0).
func tokenOf(t *testing.T) *sched.Token {
	t.Helper()
	p := racing(2, 0)
	r, err := sched.Explore(context.Background(), p, sched.Options{Preemptions: -1})
	if err != nil || len(r.Findings) != 1 {
		t.Fatalf("%v, findings %v", err, r.Findings)
	}
	s := r.Findings[0].Schedule
	tr, err := sched.Replay(p, s, sched.Options{})
	if err != nil {
		t.Fatal(err)
	}
	d, err := p.Digest()
	if err != nil {
		t.Fatal(err)
	}
	return &sched.Token{Scenario: "racing", Properties: []string{"sum"}, Choices: s, Model: d, Trace: tr.Digest()}
}

func TestScheduleAsText(t *testing.T) {
	step := func(task int) sched.Choice { return sched.Choice{Task: int16(task), Value: -1} }
	for _, c := range []struct {
		text string
		s    sched.Schedule
	}{
		{"", nil},
		{"a", sched.Schedule{step(0)}},
		{"a2b", sched.Schedule{step(0), step(0), step(1)}},
		{"c=1c=0c2", sched.Schedule{{Task: 2, Value: 1}, {Task: 2, Value: 0}, step(2), step(2)}},
		{"zAZ~a~l", sched.Schedule{step(25), step(26), step(51), step(52), step(63)}},
		{"a=32767", sched.Schedule{{Task: 0, Value: 32767}}},
	} {
		if got := c.s.String(); got != c.text {
			t.Errorf("%v as text is %q, want %q", c.s, got, c.text)
		}
		if got, err := sched.ParseSchedule(c.text); err != nil || !reflect.DeepEqual(got, c.s) {
			t.Errorf("%q is %v, %v; want %v", c.text, got, err, c.s)
		}
	}
	for _, bad := range []string{"1", "a0", "a1", "a02", "=1", "a=", "a=01", "a=32768", "a99999999", "~m", "~", "a-1", "ä", "a 2", "a99999999999999999999"} {
		if s, err := sched.ParseSchedule(bad); err == nil {
			t.Errorf("%q is read as %v", bad, s)
		}
	}
}

func TestPropertyTokenRoundTrip(t *testing.T) {
	name := rapid.StringOf(rapid.Rune())
	rapid.Check(t, func(t *rapid.T) {
		tok := sched.Token{Scenario: name.Draw(t, "scenario"), Variant: name.Draw(t, "variant"), Geometry: name.Draw(t, "geometry"),
			Properties: rapid.SliceOfN(rapid.StringOfN(rapid.Rune(), 1, 9, -1), 0, 3).Draw(t, "properties"),
			Model:      rapid.Uint64().Draw(t, "model"), Trace: rapid.Uint64().Draw(t, "trace")}
		if len(tok.Properties) == 0 {
			tok.Properties = nil
		}
		for range rapid.IntRange(0, 20).Draw(t, "n") {
			c := sched.Choice{Task: int16(rapid.IntRange(0, 63).Draw(t, "task")), Value: int16(rapid.IntRange(-3, 3).Draw(t, "value"))}
			c.Value = max(c.Value, -1)
			for range rapid.IntRange(1, 3).Draw(t, "run") {
				tok.Choices = append(tok.Choices, c)
			}
		}
		text := tok.String()
		if strings.ContainsAny(text, " \t\n'\"$&;|<>*?()") {
			t.Errorf("%q needs quotes in a shell", text)
		}
		got, err := sched.ParseToken(text)
		if err != nil || !reflect.DeepEqual(*got, tok) {
			t.Errorf("%q is %+v, %v; want %+v", text, got, err, tok)
		}
	})
}

// A checksum finds every change of one byte, and every token that was cut off.
func TestDamagedToken(t *testing.T) {
	text := tokenOf(t).String()
	for i := range len(text) {
		for _, c := range []byte{text[i] ^ 1, 'a', '0', ':', ' ', 0xff} {
			if c == text[i] {
				continue
			}
			bad := text[:i] + string([]byte{c}) + text[i+1:]
			if tok, err := sched.ParseToken(bad); !errors.Is(err, sched.ErrDamaged) {
				t.Fatalf("%q is read as %+v, %v", bad, tok, err)
			}
		}
		if _, err := sched.ParseToken(text[:i]); !errors.Is(err, sched.ErrDamaged) {
			t.Fatalf("%q is read, %v", text[:i], err)
		}
	}
	if _, err := sched.ParseToken(text + "0"); !errors.Is(err, sched.ErrDamaged) {
		t.Errorf("a longer one is read, %v", err)
	}
}

func TestTokenReplay(t *testing.T) {
	tok, err := sched.ParseToken(tokenOf(t).String())
	if err != nil {
		t.Fatal(err)
	}
	tr, err := tok.Replay(racing(2, 0), sched.Options{})
	if err != nil || len(tr.Violations) != 1 || tr.Violations[0].Site != "sum" {
		t.Errorf("replay: %+v, %v", tr, err)
	}
	for name, p := range map[string]*sched.Program{
		"another value":    racing(2, 1),
		"another task":     racing(3, 0),
		"another property": {Name: "racing", Setup: func(w *sched.World) { racing(2, 0).Setup(w); w.AtEnd(sched.Property{Name: "x"}) }},
		"another goal":     {Name: "racing", Setup: func(w *sched.World) { racing(2, 0).Setup(w); w.Sometimes("g") }},
		"another object":   {Name: "racing", Setup: func(w *sched.World) { racing(2, 0).Setup(w); sched.NewMutex(w, "m") }},
		"another beginning": {Name: "racing", Setup: func(w *sched.World) {
			x := sched.NewWord(w, "x", 0)
			for _, name := range []string{"T0", "T1", "chooser"} {
				w.Go(name, func(t *sched.Task) { x.Load(t) })
			}
			w.AtEnd(sched.Property{Name: "sum", Check: func() string { return "" }})
		}},
		"another name": {Name: "racer", Setup: racing(2, 0).Setup},
	} {
		if _, err := tok.Replay(p, sched.Options{}); !errors.Is(err, sched.ErrStale) {
			t.Errorf("%s: %v, want that the token is stale", name, err)
		}
	}
	// The same declarations and beginnings, but tasks that do something else later.
	other := &sched.Program{Name: "racing", Reusable: true, Setup: func(w *sched.World) {
		x := sched.NewWord(w, "x", 0)
		for _, name := range []string{"T0", "T1"} {
			w.Go(name, func(t *sched.Task) { x.Load(t) })
		}
		w.Go("chooser", func(t *sched.Task) { t.Choose("stops", 3) })
		w.AtEnd(sched.Property{Name: "sum", Check: func() string { return "" }})
	}}
	if _, err := tok.Replay(other, sched.Options{}); !errors.Is(err, sched.ErrDiverged) {
		t.Errorf("other tasks: %v, want that the replay diverges", err)
	}
	tok.Trace++
	if _, err := tok.Replay(racing(2, 0), sched.Options{}); !errors.Is(err, sched.ErrDiverged) {
		t.Errorf("another digest: %v, want that the replay diverges", err)
	}
}

// An execution that goes on after a violation is found again as well.
func TestTokenOfExecutionThatGoesOn(t *testing.T) {
	p := &sched.Program{Name: "both", Setup: func(w *sched.World) {
		x := sched.NewWord(w, "x", 0)
		for _, name := range []string{"A", "B"} {
			w.Go(name, func(t *sched.Task) {
				x.Load(t)
				t.Fail(sched.Violation{Kind: sched.KindAssertion, Site: name})
			})
		}
	}}
	s := sched.Schedule{{Task: 0, Value: -1}, {Task: 1, Value: -1}}
	tr, err := sched.Replay(p, s, sched.Options{All: true})
	if err != nil || len(tr.Violations) != 2 {
		t.Fatalf("%+v, %v", tr, err)
	}
	d, err := p.Digest()
	if err != nil {
		t.Fatal(err)
	}
	tok := &sched.Token{Choices: s, Model: d, Trace: tr.Digest()}
	if got, err := tok.Replay(p, sched.Options{}); err != nil || len(got.Violations) != 2 {
		t.Errorf("replay: %+v, %v", got, err)
	}
}
