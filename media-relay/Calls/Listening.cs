using PhoneAgent.Core;
using PhoneAgent.Core.Calls;
using PhoneAgent.MediaRelay.Audio;

namespace PhoneAgent.MediaRelay.Calls;

/// <summary>
/// What is measured of a conversation's sound on its way through: loudness, when the caller last spoke, and the time the relay
/// adds. It decides nothing. Not thread-safe: <see cref="Conversation"/> owns it.
/// </summary>
internal sealed class Listening(TimeProvider time)
{
    private readonly CallerSpeech _callerSpeech = new();
    private readonly LatencyProbe _latency = new(time, LatencyProbe.FromAgent);
    private readonly LoudnessTrack _loudness = new(time.GetUtcNow());
    private TimeSpan _interruptedAt;

    /// <summary>When the caller was last heard speaking; time since the call began. Null: not yet.</summary>
    public TimeSpan? CallerSpokeAt => _callerSpeech.LastSoundAt;

    /// <summary>A frame of the caller's came.</summary>
    public void Caller(int level, TimeSpan now)
    {
        _callerSpeech.Heard(level, now);
        _loudness.CallerSounds(now, level);
    }

    /// <summary>Agent audio came for this playback; called before it is appended.</summary>
    public void AgentArrives(Playback playback, TimeSpan now)
    {
        if (playback.Appended == playback.Sent && playback.PlayedOutAt <= now)
        {
            _latency.Arrived(playback.Appended); // nothing is ahead of it, so whatever it waits for is the relay
        }
    }

    /// <summary>Agent audio was taken from this playback to be sent.</summary>
    public void AgentLeaves(Playback playback, ReadOnlySpan<byte> mulaw)
    {
        _latency.Left(playback.Sent);
        _loudness.AgentSounds(playback.PlayedOutAt - Telephony.PhoneDuration(mulaw.Length), Loudness.Of(mulaw));
    }

    /// <summary>The caller interrupts.</summary>
    public void Interrupted(TimeSpan now)
    {
        _interruptedAt = now;
        _latency.Dropped();
        _loudness.AgentFallsSilent(now);
    }

    /// <summary>The <c>clear</c> that an interruption asks for is sent.</summary>
    public void Cleared(TimeSpan now) => Telemetry.InterruptionLatency.Record((now - _interruptedAt).TotalSeconds);

    /// <summary>See <see cref="LoudnessTrack.Take"/>.</summary>
    public LoudnessNoted? TakeLoudness(TimeSpan now, bool evenLittle) => _loudness.Take(now, evenLittle);
}
