using PhoneAgent.MediaRelay.Sockets;

namespace PhoneAgent.Tests.Relay.Sockets;

public sealed class SendingTurnTests
{
    private SendingTurn _turn = new();

    [Fact]
    public async Task One_at_a_time_has_it_and_all_get_it()
    {
        var (inside, most, taken) = (0, 0, 0);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < 2_000; i++)
            {
                if (!_turn.TryTake())
                {
                    await _turn.TakeAsync();
                }

                most = Math.Max(most, Interlocked.Increment(ref inside));
                taken++;
                if (i % 100 == 0)
                {
                    await Task.Yield();
                }

                Interlocked.Decrement(ref inside);
                _turn.Leave();
            }
        })));

        Assert.Equal((1, 16_000, true), (most, taken, _turn.IsFree));
    }

    [Fact]
    public void Who_has_it_keeps_others_from_it_until_it_is_left()
    {
        Assert.True(_turn.IsFree);
        Assert.True(_turn.TryTake());
        Assert.False(_turn.IsFree);
        Assert.False(_turn.TryTake());
        var waiting = _turn.TakeAsync();
        Assert.False(waiting.IsCompleted);
        _turn.Leave();
        Assert.False(_turn.TryTake());
    }

    [Fact]
    public async Task Who_gives_up_waiting_keeps_nobody_from_it()
    {
        using var impatience = new CancellationTokenSource();
        await _turn.TakeAsync();
        var gaveUp = _turn.TakeAsync(impatience.Token);
        var waits = _turn.TakeAsync();
        await impatience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gaveUp);
        Assert.False(waits.IsCompleted);

        _turn.Leave();
        await waits.WaitAsync(TimeSpan.FromSeconds(10));
        var after = _turn.TakeAsync();
        Assert.False(after.IsCompleted);
        _turn.Leave();
        await after.WaitAsync(TimeSpan.FromSeconds(10));
        _turn.Leave();
        await _turn.TakeAsync().WaitAsync(TimeSpan.FromSeconds(10));
    }
}
