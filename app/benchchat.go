package app

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"time"

	"errata/backend"
	"errata/backend/bench"
)

const (
	benchPrompt = "Describe in some detail how a bicycle works and why it stays upright."
	benchTokens = 100
)

type timing struct{ first, total time.Duration }

// benchChat asks the same prompt through the served API and of the engine
// itself, in turn, and compares the two a pair at a time.
func benchChat(ctx context.Context, home string, runs int) (bench.ChatResult, error) {
	var none bench.ChatResult
	dir, err := HomeDir(home)
	if err != nil {
		return none, err
	}
	p, err := Assemble(ctx, Config{Home: dir, Door: "command line"})
	if err != nil {
		return none, err
	}
	defer p.Finish(ctx, sayWaiting)
	base, err := p.Loop.Base(ctx)
	if err != nil {
		return none, err
	}
	address, err := p.shared.engine.Address(ctx)
	if err != nil {
		return none, err
	}
	const token = "bench"
	server := httptest.NewServer(p.Web(token, nil))
	defer server.Close()
	system := backend.SystemPrompt(p.Now())
	through := func() (timing, error) { return timeThrough(ctx, server.URL, token, system) }
	direct := func() (timing, error) { return timeDirect(ctx, address, base.ServedName(), system) }
	for _, warm := range []func() (timing, error){through, direct} {
		if _, err := warm(); err != nil {
			return none, err
		}
	}
	var t, d, ratios, added []float64
	for i := range max(runs, 1) {
		order := []func() (timing, error){through, direct}
		if i%2 == 1 {
			slices.Reverse(order)
		}
		var got [2]timing
		for j, run := range order {
			if got[j], err = run(); err != nil {
				return none, err
			}
		}
		if i%2 == 1 {
			got[0], got[1] = got[1], got[0]
		}
		t = append(t, benchTokens/got[0].total.Seconds())
		d = append(d, benchTokens/got[1].total.Seconds())
		ratios = append(ratios, got[1].total.Seconds()/got[0].total.Seconds())
		added = append(added, float64((got[0].first-got[1].first).Microseconds())/1000)
	}
	return bench.ChatResult{Model: base.Name, Runs: len(t), ThroughTPS: median(t), DirectTPS: median(d), Ratio: median(ratios), AddedFirstMS: median(added), Ratios: ratios}, nil
}

func median(values []float64) float64 {
	s := slices.Sorted(slices.Values(values))
	if len(s)%2 == 1 {
		return s[len(s)/2]
	}
	return (s[len(s)/2-1] + s[len(s)/2]) / 2
}

func timeThrough(ctx context.Context, url, token, system string) (timing, error) {
	return timeStream(ctx, url+"/v1/chat/completions", token, map[string]any{
		"model": "base", "stream": true, "temperature": 0, "max_tokens": benchTokens,
		"messages": []backend.Message{{Role: backend.RoleSystem, Content: system}, {Role: backend.RoleUser, Content: benchPrompt}},
	}, "[DONE]")
}

func timeDirect(ctx context.Context, address, model, system string) (timing, error) {
	s := backend.DefaultSampling()
	return timeStream(ctx, strings.TrimSuffix(address, "/")+"/api/chat", "", map[string]any{
		"model": model, "stream": true,
		"options":  map[string]any{"temperature": 0, "seed": s.Seed, "num_ctx": s.NumCtx, "num_predict": benchTokens, "top_p": s.TopP, "repeat_penalty": s.RepeatPenalty},
		"messages": []backend.Message{{Role: backend.RoleSystem, Content: system}, {Role: backend.RoleUser, Content: benchPrompt}},
	}, `"done":true`)
}

// timeStream measures a streamed answer; end must stand in its last line.
func timeStream(ctx context.Context, url, token string, body any, end string) (timing, error) {
	raw, err := json.Marshal(body)
	if err != nil {
		return timing{}, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(raw))
	if err != nil {
		return timing{}, err
	}
	req.Header.Set("Content-Type", "application/json")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	started := time.Now()
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return timing{}, err
	}
	defer func() { _ = resp.Body.Close() }()
	var out timing
	last := ""
	for sc := bufio.NewScanner(resp.Body); sc.Scan(); {
		if strings.TrimSpace(sc.Text()) == "" {
			continue
		}
		if out.first == 0 {
			out.first = time.Since(started)
		}
		last = sc.Text()
	}
	out.total = time.Since(started)
	if resp.StatusCode != http.StatusOK || !strings.Contains(last, end) {
		return out, fmt.Errorf("%s: status %d, last line %q", url, resp.StatusCode, last)
	}
	return out, nil
}
