-- The ledger of what is in no fact, each row with one reason. Every classified model is a branch.
{% set classified = {
    'tickets': ('int_tickets_classified', 'ticket_key'),
    'ticket_messages': ('int_ticket_messages_classified', 'message_key'),
    'ticket_changes': ('int_ticket_changes_classified', 'change_key'),
    'handle_times': ('int_handle_times_classified', 'handle_time_key'),
    'csat_responses': ('int_csat_responses_classified', 'response_key'),
    'ces_responses': ('int_ces_responses_classified', 'response_key'),
    'nps_responses': ('int_nps_responses_classified', 'response_key'),
    'survey_invitations': ('int_survey_invitations_answered', 'invitation_key'),
    'app_reviews': ('int_app_reviews_classified', 'review_key'),
    'orders': ('int_orders_shipped', 'order_key'),
    'order_items': ('int_order_items_classified', 'order_item_key'),
    'deliveries': ('int_deliveries_classified', 'delivery_key'),
    'returns': ('int_returns_classified', 'return_key'),
    'inr_claims': ('int_inr_claims_classified', 'claim_key'),
    'agent_workdays': ('int_agent_workdays_priced', 'agent_workday_key'),
} %}

with exclusions as (
    {% for entity, (model, key) in classified.items() -%}
        select
            '{{ entity }}' as entity_name,
            {{ key }} as record_key,
            source_name,
            exclusion_reason
        from {{ ref(model) }}
        where exclusion_reason is not null
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select
    record_key,
    source_name,
    entity_name,
    exclusion_reason
from exclusions
