<?php
/**
 * Plugin Name: cdk-isr webhook
 * Description: Tells a site that cdk-isr renders which posts have changed.
 * Requires at least: 5.6
 *
 * Goes into wp-content/mu-plugins/. Define CDK_ISR_WEBHOOK_URL and CDK_ISR_WEBHOOK_SECRET in wp-config.php.
 */

defined( 'ABSPATH' ) || exit;

// After terms and meta were saved too: https://developer.wordpress.org/reference/hooks/wp_after_insert_post/
add_action( 'wp_after_insert_post', 'cdk_isr_post_saved', 10, 4 );
add_action( 'before_delete_post', 'cdk_isr_post_deleted', 10, 2 );

function cdk_isr_post_saved( $post_id, $post, $update, $post_before ) {
	$is_live  = 'publish' === $post->post_status;
	$was_live = $post_before instanceof WP_Post && 'publish' === $post_before->post_status;
	if ( ! $is_live && ! $was_live ) {
		return;
	}
	if ( $is_live ) {
		cdk_isr_send( $was_live ? 'update' : 'publish', $post, $was_live ? $post_before : null );
		return;
	}
	// The post has another slug in the trash, so its address is that of the post before.
	cdk_isr_send( 'trash' === $post->post_status ? 'delete' : 'unpublish', $post_before, $post_before );
}

function cdk_isr_post_deleted( $post_id, $post ) {
	if ( 'publish' === $post->post_status ) {
		cdk_isr_send( 'delete', $post, $post );
	}
}

function cdk_isr_send( $event, $post, $post_before ) {
	if ( ! defined( 'CDK_ISR_WEBHOOK_URL' ) || ! defined( 'CDK_ISR_WEBHOOK_SECRET' ) ) {
		return;
	}
	if ( wp_is_post_revision( $post ) || wp_is_post_autosave( $post ) || ! is_post_type_viewable( $post->post_type ) ) {
		return;
	}
	$change = array(
		'delivery' => wp_generate_uuid4(),
		'event'    => $event,
		'type'     => $post->post_type,
		'id'       => $post->ID,
		'slug'     => $post->post_name,
		'path'     => cdk_isr_path( $post ),
	);
	if ( null !== $post_before ) {
		$change['previousSlug'] = $post_before->post_name;
		$change['previousPath'] = cdk_isr_path( $post_before );
	}
	$body     = wp_json_encode( $change );
	$response = wp_remote_post(
		CDK_ISR_WEBHOOK_URL,
		array(
			'body'    => $body,
			'timeout' => 5,
			'headers' => array(
				'Content-Type'           => 'application/json',
				'X-WP-Webhook-Signature' => base64_encode( hash_hmac( 'sha256', $body, CDK_ISR_WEBHOOK_SECRET, true ) ),
			),
		)
	);
	$status   = is_wp_error( $response ) ? $response->get_error_message() : wp_remote_retrieve_response_code( $response );
	if ( 200 !== $status && 202 !== $status ) {
		error_log( "cdk-isr: the webhook for post {$post->ID} was answered with: {$status}" );
	}
}

function cdk_isr_path( $post ) {
	return wp_parse_url( get_permalink( $post ), PHP_URL_PATH );
}
